"""The study room: learners, their interviews and answers, the review schedule and progress. Only this room talks to the database."""
