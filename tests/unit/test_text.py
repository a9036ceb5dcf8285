"""Texts reach Fortnox whole: in permitted characters, in pieces that fit, and with every change reported."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from severa_fortnox.text import cut_at_word, folded, fortnox_text, permitted, plain_text, split_text

texts = st.text(max_size=60)
#: The characters where the rules meet: what becomes ":" or "/", accents, invisible joiners, line breaks.
awkward = st.text(
    alphabet=":/|÷／：\u200b\u200d\u0308\u030aaAo\u0304¨\r\n\t ½①ﬁÅÖ😀\"'…·\u00ad\ud800\u2028", max_size=25
)


@given(st.one_of(texts, awkward))
@example(":\u200b//")
@example(":||")
@example("a\u200d\u0308")
def test_whatever_goes_in_comes_out_permitted_and_a_second_run_changes_nothing(text: str) -> None:
    once = fortnox_text(text)

    assert permitted(once.text)
    assert fortnox_text(once.text) == type(once)(once.text, ())


@given(st.one_of(texts, awkward))
def test_letters_and_digits_survive(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    letters = [c for c in composed if unicodedata.category(c).startswith("L") or c in "0123456789"]

    kept = iter(unicodedata.normalize("NFD", fortnox_text(text).text))

    assert all(part in kept for part in unicodedata.normalize("NFD", "".join(letters)))


@given(st.one_of(texts, awkward))
def test_a_text_that_changes_without_a_report_changed_only_in_line_ends_and_composition(text: str) -> None:
    cleaned = fortnox_text(text)

    if not cleaned.replaced:
        assert cleaned.text == unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    else:
        assert not permitted(unicodedata.normalize("NFC", text)) or "://" in cleaned.replaced


@given(texts)
def test_a_visible_character_never_becomes_nothing(text: str) -> None:
    visible = [c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c)[0] in "LNPS"]

    assert len(fortnox_text(text).text) >= len(visible)


@pytest.mark.parametrize(
    ("text", "expected", "replaced"),
    [
        pytest.param("Åsa Öberg, Ærø og Øresund", "Åsa Öberg, Ærø og Øresund", (), id="Nordic letters stay"),
        pytest.param("Łódź Ελλάδα Москва 東京", "Łódź Ελλάδα Москва 東京", (), id="letters of any script stay"),
        pytest.param("50 % & 10 § (a/b) – 1,5 °C ½ m²", "50 % & 10 § (a/b) – 1,5 °C ½ m²", (), id="listed signs stay"),
        pytest.param('"Bygge" O\'Brien', "’Bygge’ O’Brien", ('"', "'"), id="straight quotes become typographic"),
        pytest.param("och så…", "och så...", ("…",), id="ellipsis"),
        pytest.param("a · b • c", "a - b - c", ("·", "•"), id="dots"),
        pytest.param("[x] {y} <z> |", "(x) (y) (z) /", ("[", "]", "{", "}", "<", ">", "|"), id="brackets"),
        pytest.param("se https://x.se", "se https: //x.se", ("://",), id="an address is taken apart"),
        pytest.param("a\tb", "a b", ("\t",), id="tab"),
        pytest.param("a\u0000b", "a b", ("\u0000",), id="control character"),
        pytest.param("tack 😀!", "tack (grinning face)!", ("😀",), id="emoji is named"),
        pytest.param("3 ㎡ à 5 ℃", "3 m2 à 5 °C", ("㎡", "℃"), id="squared signs are spelled out"),
        pytest.param("A\u030asa O\u0308berg", "Åsa Öberg", (), id="combining ring and dots compose"),
        pytest.param("x\u0304", "x(combining macron)", ("\u0304",), id="an accent that composes with nothing is named"),
        pytest.param("a\u200bb\u00adc", "abc", ("\u200b", "\u00ad"), id="invisible characters go, reported"),
        pytest.param("a\r\nb\rc\nd", "a\nb\nc\nd", (), id="line ends are one kind"),
        pytest.param("", "", (), id="nothing"),
    ],
)
def test_each_forbidden_character_becomes_its_nearest_spelling(
    text: str, expected: str, replaced: tuple[str, ...]
) -> None:
    cleaned = fortnox_text(text)

    assert (cleaned.text, cleaned.replaced) == (expected, replaced)


def test_a_character_replaced_often_is_reported_once() -> None:
    assert fortnox_text('"a" "b"').replaced == ('"',)


@given(texts, st.integers(min_value=1, max_value=30))
def test_pieces_fit_and_together_say_every_character(text: str, limit: int) -> None:
    pieces = split_text(text, limit)

    assert all(0 < len(piece) <= limit and piece == piece.strip() for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@given(st.lists(st.text(alphabet="abcåäö", min_size=1, max_size=10), max_size=40), st.integers(10, 40))
def test_no_word_that_fits_is_broken(words: list[str], limit: int) -> None:
    assert " ".join(split_text(" ".join(words), limit)).split() == words


@pytest.mark.parametrize(
    ("text", "limit", "pieces"),
    [
        ("", 5, []),
        ("   ", 5, []),
        ("abcde", 5, ["abcde"]),
        ("abcde f", 5, ["abcde", "f"]),
        ("ab cd ef", 5, ["ab cd", "ef"]),
        ("ab\ncd ef", 6, ["ab\ncd", "ef"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
    ],
)
def test_pieces_end_at_words_where_there_are_any(text: str, limit: int, pieces: list[str]) -> None:
    assert split_text(text, limit) == pieces


@pytest.mark.parametrize(
    ("text", "limit", "cut"),
    [
        ("Ombyggnad av kontor", 12, "Ombyggnad av"),
        ("Ombyggnad av kontor", 11, "Ombyggnad"),
        ("Ombyggnad", 4, "Omby"),
        ("kort", 50, "kort"),
        ("  ", 50, ""),
    ],
)
def test_a_cut_ends_at_a_word(text: str, limit: int, cut: str) -> None:
    assert cut_at_word(text, limit) == cut


@pytest.mark.parametrize(
    ("markup", "plain"),
    [
        pytest.param("rad ett<br>rad två<br/>rad tre", "rad ett\nrad två\nrad tre", id="br"),
        pytest.param("<p>ett</p><p>två</p>", "ett\n\ntvå", id="p"),
        pytest.param("<ul><li>ett</li><li>två</li></ul>", "- ett\n\n- två", id="li"),
        pytest.param("<P CLASS='x'>ett &amp; tv&aring; &#8211; &#x20AC;</P>", "ett & två – €", id="entities"),
        pytest.param("<b>fet</b> <span style='color:red'>röd</span>", "fet röd", id="inline tags join nothing"),
        pytest.param("<table><tr><td>a</td><td>b</td></tr></table>", "a b", id="cells stay apart"),
        pytest.param("<dl><dt>a</dt><dd>b</dd></dl>", "a\n\nb", id="terms stay apart"),
        pytest.param("<style>p {}</style><script>alert(1)</script>kvar", "kvar", id="script and style are not text"),
        pytest.param("<!-- not shown -->hej", "hej", id="comment"),
        pytest.param("<p>a\r\nb</p>", "a\nb", id="line ends inside a paragraph keep the words apart"),
        pytest.param("<p>till Anna &lt;anna@firma.se&gt;</p>", "till Anna <anna@firma.se>", id="escaped brackets"),
        pytest.param("<p>till Anna <anna@firma.se></p>", "till Anna <anna@firma.se>", id="what is no tag is text"),
        pytest.param("<p>3 < 4 <x</p>", "3 < 4 <x", id="a lone bracket in markup is text"),
    ],
)
def test_markup_becomes_what_its_reader_sees(markup: str, plain: str) -> None:
    assert plain_text(markup) == plain


@pytest.mark.parametrize(
    "text",
    [
        "R&D och H&M",
        "drift&region",
        "&copy 2024",
        "a < b > c",
        "temperatur <Tmax och vidare",
        "Anna <anna@firma.se>",
        "<https://firma.se>",
        "x <!-- y",
        "två  mellanslag\n\n\n\noch rader",
        "100 % & mer",
    ],
)
def test_a_text_without_markup_stays_as_it_is(text: str) -> None:
    assert plain_text(text) == text


@given(texts.filter(lambda text: "<" not in text and "&" not in text))
def test_without_brackets_and_ampersands_nothing_is_markup(text: str) -> None:
    assert plain_text(text) == text.strip()


@given(st.text(alphabet='<>&;/abp! "=x1#-', max_size=30))
def test_an_email_after_any_text_is_never_swallowed_as_a_tag(text: str) -> None:
    # A comment or an open tag before it may swallow what follows, as in a browser; a closed one may not.
    assert "q@q.se" in plain_text(f"<b>{text.replace('<', '')}</b> <q@q.se>")


def test_names_are_compared_without_case_and_runs_of_space() -> None:
    assert folded("  Kund\t AB ") == folded("KUND ab") == "kund ab"
    assert folded(None) == folded("") == ""
