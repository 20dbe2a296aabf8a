# SPDX-License-Identifier: Apache-2.0
"""Texts that tokenisers disagree about: written for this purpose, or drawn by a fixed seed."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator

PROSE = """\
The engine reads weights where they lie. It doesn't copy them; they're mapped, and we'll see pages
come in one by one. "I'd rather wait," she said -- 'I've measured it: 12.5 GB/s, that's all.'
DON'T PANIC! IT'S FINE, WE'LL MANAGE, THEY'VE DONE IT, I'M SURE YOU'RE RIGHT, HE'D KNOW. O'Neill's
rock'n'roll, the '90s, y'all'd've, ’s ’t ’re, 'S 'T 'RE, 'ſ, ſtrange leſſons, ĲSSELMEER, ǅungla.
camelCaseWord HTTPServerError snake_case_name kebab-case-name SCREAMING_CASE iPhone McDonald eBay
"""
CODE = (
    'def main(argv: list[str]) -> int:\n    """Return 0."""\n\tfor i in range(10):\n\t\tprint(f"{i:>3}")\n    return 0\n',
    "#include <stdio.h>\r\nint main(void) {\r\n  int a[3] = {1, 2, 3};\r\n  a[0] += b->c * 0xFF; // x != y\r\n}\r\n",
    '{"name": "Zoë", "values": [1, 2.5e-10, null, true], "nested": {"a": {"b": []}}}',
    '<div class="a b"><p>it\'s &lt;b&gt;</p><br/></div>\n<!-- comment -->\n',
    "\\begin{equation}\n  \\int_0^\\infty e^{-x^2}\\,dx = \\frac{\\sqrt{\\pi}}{2}\n\\end{equation}",
    "SELECT id, COUNT(*) FROM t WHERE a >= 10 AND b <> 'x''y' GROUP BY id;-- done",
    "$ grep -rn 'a\\|b' ./src/**/*.{c,h} | awk '{print $1}' && echo \"$HOME\" > /dev/null 2>&1",
    "- old line\n+ new line\n@@ -1,7 +1,9 @@\n     context\n",
    'fn main() { let v: Vec<u8> = vec![0u8; 1_000_000]; println!("{:?}", &v[..10]); }',
    "https://example.org/path/to/file.html?query=a%20b&x=1#part user.name+tag@example.co.uk",
    "a+b=c; a++; --b; x**2; a//b; a<<=1; p->q; x=>y; a!==b; [[]]; (({})); <<<>>>; ...; ::; $$",
)
LANGUAGES = (
    "模型的权重很大，所以我们一页一页地读。第１２３页，约占３．５ＧＢ。“你好”，他说：《红楼梦》！",
    "機器學習與繁體中文：這個問題很複雜、不過可以解決。龘靐齉齾 㐀㐁 𠀀𠀁𪜀 豈更車 〇一二三",
    "これはテストです。カタカナとひらがな、漢字が混ざった文章。ﾊﾝｶｸ ﾃｷｽﾄ、長音ー〜",
    "한국어 텍스트입니다. 형태소 분석이 어렵지만, 할 수 있습니다! 한글 자모 ㄱㄴㄷ",
    "Модель читает веса там, где они лежат. Ёлка, подъезд — «цитата». Українська їжа ґанок",
    "Το μοντέλο διαβάζει τα βάρη. Ελληνικά με τόνους: άέήίόύώ, ΆΈΉ, ς Σ σ",
    "النموذج يقرأ الأوزان من مكانها. السّلامُ عَلَيْكُمْ ١٢٣٤٥ ۱۲۳",
    "המודל קורא את המשקלים. שָׁלוֹם עוֹלָם, צה״ל",
    "मॉडल वजन पढ़ता है। नमस्ते दुनिया १२३४ क्षत्रिय",
    "মডেল ওজন পড়ে। বাংলা ভাষা ০১২৩",
    "แบบจำลองอ่านน้ำหนัก ภาษาไทยไม่มีช่องว่าง ๑๒๓",
    "កាន់តែពិសេសអាច ភាសាខ្មែរ ១២៣",
    "Mô hình đọc trọng số. Tiếng Việt có dấu: ắằẳẵặ, ƠƯ đĐ",
    "Tiê\u0301ng Viê\u0323t phân ra\u0303, e\u0301 a\u0300 o\u0308 n\u0303 A\u030a \u1112\u1161\u11ab\u1100\u1173\u11af",
    "Größe, Straße, ÄÖÜäöü, naïve café, garçon, œuvre, ĳs, Łódź, çalış, İıĞğ, ŋ, þæð",
    "ქართული ენა, Հայերեն լեզու, አማርኛ ቋንቋ, བོད་སྐད, සිංහල, தமிழ் எழுத்து, తెలుగు, ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ",
    "mixed 中文and英文with日本語と한국어и русский\u3000全角　空格 apple工作1314天～",
)
EMOJI = (
    "🙂🚀✅❤️☺︎ 👍🏽👩‍💻👨‍👩‍👧‍👦🏳️‍🌈 🇩🇪🇯🇵🇨🇳 1️⃣#️⃣ 🫠🪿 ⌚⏰",
    "text🙂text 🙂🙂🙂\n🙂 🙂\t(🙂)…😶\u200d🌫️",
    "♔♕☃✓✗→⇒∀x∈ℝ: x²≥0 ∑∏√∞≠≤ ½⅓ ⅫⅣ ①② ₁₂ ™®© €£¥₹₿ §¶† °C µm",
    "box ┌─┐│└┘ █▓▒░ ▁▂▃ ← ⠿ 𝒜𝔅ℂ 𝟘𝟙 𐍈𐎠 \U000e0001 \ufffc \ufdd0",
)
NUMBERS = (
    "0 1 12 123 1234 12345 123456 1234567 12345678 123456789 1234567890123456789",
    "3.14159 -2,718,281.828 1e-5 0x1F 0b1010 1_000_000 10:45:00 2026-11-25 +49(30)1234567",
    "3 33 333 3333 33333 333333 3333333 3.3 3..3 3...3 v1.2.3 x86_64 H2O 4K 1st 22nd",
    "١٢٣٤٥٦٧ १२३४५ １２３４５ ²³¹ ½¾ ⅷ 一二三 ౧౨ 𝟏𝟐𝟑𝟒 a1b22c333 12ab345cd",
)
RUNS = (
    "====== ------ ______ ****** ...... !!!!!! ?????? ////// ###### \"\"\"\"\"\" '''''' `````` ~~~~",
    "!?!?!? -=-=-= <><><> (((((((( )))))))) ,,,,, ;;; ::: ….…. —–-‐ “”‘’‚„ «»‹› ·•‣ 、。，！？：；「」",
    "aaaaaaaaaaaaaaaa ababababababab abcabcabcabc hahahaha 000000000 哈哈哈哈哈哈哈 ーーーーー",
    "ananas banana bananananas mississippi essessess ereerere datatata llllll fffff texttexttext",
)
SPACES = (
    " ",
    "\t",
    "\n",
    "\r\n",
    "\r",
    "\u00a0",
    "\u3000",
    "\u2028",
    "\u0085",
    "\u200b",
    "\ufeff",
    "\v",
)
BROKEN = (
    b"\xff\xfe\x00abc",
    b"\xc3(\xa0\xa1",
    b"a\xe4\xbdb",
    b"\xf0\x9f\x99",
    b"ok\xed\xa0\x80ok",
    b"\x80\x80 \xbf\xc0\xaf",
)
WORDS = [
    "the",
    "of",
    "and",
    "ing",
    "tion",
    "的",
    "是",
    "了",
    "der",
    "die",
    "Straße",
    "für()",
    "self.",
    "return",
    "\n\n",
    "{'a':",
    "1}",
    "//",
    "TODO",
    "###",
    "**",
    "1234",
    "5",
    "é",
    "ß",
    "世界",
    "にほん",
    "한국",
]


def texts() -> list[str]:
    """Return all texts, each once. Several thousand words; the same ones every time."""
    return list(dict.fromkeys(text for text in _texts() if text))


def overlapping(tokens: list[str]) -> list[str]:
    """Return texts of tokens that overlap themselves, where ways to merge differ."""
    draw = random.Random(20261125)
    runs = [t for t in tokens if any(t.startswith(t[i:]) for i in range(1, len(t)))]
    return [
        "".join(_part(draw, runs, tokens) for _ in range(draw.randint(2, 8))) for _ in range(3000)
    ]


def _part(draw: random.Random, runs: list[str], tokens: list[str]) -> str:
    run, cut = draw.choice(runs), draw.randrange(4)
    return draw.choice((run, run[cut:], run[:cut], run * 2, draw.choice(tokens)))


def _texts() -> Iterator[str]:
    whole = (PROSE, *CODE, *LANGUAGES, *EMOJI, *NUMBERS, *RUNS)
    yield from whole
    yield from PROSE.splitlines(keepends=True)
    for text in whole:  # the same beginning and ending in other ways
        yield from (f" {text}", f"\n{text}\n\n", f"{text} ", f"  {text}  ".replace(" ", "  "))
        yield from text.split(" ")
    for data in BROKEN:
        yield from (data.decode("utf-8", "replace"), data.decode("latin-1"), f"x {data!r}")
    yield from _spaces()
    yield from _drawn(random.Random(20261125))


def _spaces() -> Iterator[str]:
    for space in SPACES:
        for count in (1, 2, 3, 4, 7, 8, 16, 33):
            yield from (
                space * count,
                f"a{space * count}b",
                f"{space * count}1",
                f"!{space * count}",
            )
        yield from (f"a{space} b", f"a {space}b", f"{space}\n{space}x", f" {space}\n\n {space}")


def _drawn(draw: random.Random) -> Iterator[str]:
    for _ in range(60):
        yield bytes(draw.randrange(256) for _ in range(draw.randint(1, 40))).decode(
            "utf-8", "replace"
        )
        yield bytes(draw.randrange(256) for _ in range(draw.randint(1, 20))).decode("latin-1")
        yield "".join(chr(draw.randrange(32, 127)) for _ in range(draw.randint(1, 40)))
        yield "".join(draw.choice((" ", "\t", "\n", "\r", "a", "'", "1")) for _ in range(12))
        joins = ("", " ", "  ", "\n")
        yield "".join(draw.choice(WORDS) + draw.choice(joins) for _ in range(10))
        yield "".join(_character(draw) for _ in range(draw.randint(1, 12)))


def _character(draw: random.Random) -> str:
    """Draw a character that is old enough for every library to know its class."""
    while True:
        character = chr(draw.randrange(0x20, draw.choice((0x250, 0x3000, 0x1F000, 0x20000))))
        if unicodedata.ucd_3_2_0.category(character) not in {"Cn", "Cs", "Co"}:
            return character
