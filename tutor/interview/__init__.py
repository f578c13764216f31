"""The mock interview: a pure state machine, the choice of questions, the report, and the bookkeeping around them."""
