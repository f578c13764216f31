from __future__ import annotations

import pytest

from tutor.web.markdown import DISPLAY, INLINE, plain_html, safe_markdown


def inline(tex: str) -> str:
    return INLINE[0] + tex + INLINE[1]


def display(tex: str) -> str:
    return DISPLAY[0] + tex + DISPLAY[1]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param("so $x^2$ is", f"so {inline('x^2')} is", id="inline math"),
        pytest.param("方差$d_k$很大", f"方差{inline('d_k')}很大", id="math between Chinese"),
        pytest.param("$$a\n+b$$", display("a\n+b"), id="display math"),
        pytest.param(r"\(a\) and \[b\]", f"{inline('a')} and {display('b')}", id="LaTeX delimiters"),
        pytest.param("$a<b>c$", inline(r"a\lt b\gt c"), id="angles in math"),
        pytest.param("costs $5 or $10", "costs $5 or $10", id="money"),
        pytest.param("`echo $A` and `echo $B`", "`echo $A` and `echo $B`", id="dollars in code spans"),
        pytest.param("```sh\necho $A <b>\n```\nthen $x$", f"```sh\necho $A <b>\n```\nthen {inline('x')}", id="dollars in a fence"),
        pytest.param("```\nopen", "```\nopen\n```", id="an open fence is closed"),
        pytest.param("```mermaid\ngraph\n```", "```text\ngraph\n```", id="diagrams stay text"),
        pytest.param("the <s> token", "the &lt;s> token", id="tokens stay visible"),
        pytest.param("<script>x</script>", "&lt;script>x&lt;/script>", id="script"),
        pytest.param('<img src=x onerror="y">', '&lt;img src=x onerror="y">', id="handler"),
        pytest.param("a<br>b<sub>2</sub>", "a<br>b<sub>2</sub>", id="harmless tags stay"),
        pytest.param("<br onclick=x>", "&lt;br onclick=x>", id="harmless tags without attributes only"),
        pytest.param("[a](javascript:x)", "[a]", id="script link"),
        pytest.param("[a](java&#115;cript:x)", "[a]", id="script link in entities"),
        pytest.param("[a](https://a.example/b)", "[a](https://a.example/b)", id="web link"),
        pytest.param("[a]: javascript:x", "", id="script reference"),
        pytest.param("![a](https://a.example/b.png)", "[a](https://a.example/b.png)", id="remote image becomes a link"),
        pytest.param("![a](b.png)", "a", id="local image becomes its text"),
        pytest.param("> quoted", "> quoted", id="quotation"),
    ],
)
def test_safe_markdown(text: str, wanted: str) -> None:
    assert safe_markdown(text) == wanted


def test_only_marks_of_citations_become_links() -> None:
    text = "yes [1], no [7], `a[1]`, $x[1]$"
    assert safe_markdown(text, {1}) == f"yes [1](#source-1), no [7], `a[1]`, {inline('x[1]')}"


def test_a_document_cannot_bring_our_math_marks() -> None:
    assert safe_markdown(INLINE[0] + "<img>" + INLINE[1]) == inline(r"\lt img\gt ")


def test_plain_html_escapes_and_keeps_math() -> None:
    assert plain_html('a\n<b "c"> & $d<e$') == f"a &lt;b &quot;c&quot;&gt; &amp; {inline('d' + chr(92) + 'lt e')}"
