"""Texts as long as people write them, in both languages, from a small stock of sentences."""

import random

MATURITIES = ("thought", "talked", "tried")

_JA_THINGS = (
    "電池", "軸受", "接着剤", "研削液", "セラミック膜", "焼結炉", "検査カメラ", "廃熱", "樹脂部品",
    "ばね", "配管", "工具", "粉末", "めっき槽", "搬送台車", "断熱材", "歯車", "塗膜", "制御盤",
    "排水",
)  # fmt: skip
_JA_DOINGS = (
    "の寿命を倍にする", "を現場で再生する", "の交換時期を予測する", "を電源なしで動かす",
    "の検査を自動にする", "を回収して使い続ける", "の騒音を減らす", "を薄く軽くする",
    "の段取りを半分にする", "を遠隔で見守る",
)  # fmt: skip
_JA = (
    "工場では三か月ごとに全量を入れ替えており、処理費と停止時間が負担になっています。",
    "お客さま十二社に話を聞き、九社が同じ困りごとに費用をかけていると分かりました。",
    "当社の多孔質材料と焼結の技術を使えば、既存の設備を変えずに置き換えられます。",
    "試作では目標の九割まで届き、残る課題は量産時のばらつきです。",
    "保守の担当者が毎週確認していますが、人が足りず見落としが起きています。",
    "月額の料金で提供し、膜の交換と点検まで当社が引き受ける形を考えています。",
    "競合の方式は電力を多く使うため、屋外や寒冷地では使えません。",
    "まず一つの工場で三か月試し、停止時間と費用の変化を記録します。",
    "特許の調査では近い出願が二件ありましたが、構造が異なることを確認しました。",
    "品質保証部と相談し、検査の基準を先に決めておくことにしました。",
)
_EN_THINGS = (
    "battery", "bearing", "adhesive", "grinding fluid", "ceramic membrane", "sintering furnace",
    "inspection camera", "waste heat", "polymer part", "spring", "pipe", "cutting tool", "powder",
    "plating bath", "trolley", "insulation", "gear", "coating", "control cabinet", "waste water",
)  # fmt: skip
_EN_DOINGS = (
    "that lasts twice as long", "renewed on the spot", "that says when it wears out",
    "without any power", "checked by itself", "collected and used again", "that makes less noise",
    "made thin and light", "set up in half the time", "watched from afar",
)  # fmt: skip
_EN = (
    "The plant replaces all of it every three months, and both the cost and the stop hurt.",
    "Of twelve customers we asked, nine already spend money on the same trouble.",
    "Our porous materials and sintering would replace it without changing the machines.",
    "The prototype reached nine tenths of the target; what remains is the spread in production.",
    "Maintenance looks at it each week, but people are few and things are missed.",
    "We would offer it at a monthly price, with changes and checks included.",
    "What others sell needs a lot of power and cannot be used outside or in the cold.",
    "First we try it for three months in one plant and write down stops and costs.",
    "Two filings come close, but their structure differs, as we have checked.",
    "With quality assurance we agreed on the tests before building anything.",
)


def title(draw: random.Random, language: str) -> str:
    """Return a title."""
    if language == "ja":
        return draw.choice(_JA_THINGS) + draw.choice(_JA_DOINGS)
    return f"A {draw.choice(_EN_THINGS)} {draw.choice(_EN_DOINGS)}"


def paragraph(draw: random.Random, language: str, words: int | None) -> str:
    """Return a text of nearly so many words; two Japanese characters count as one."""
    stock, per_word = (_JA, 2.0) if language == "ja" else (_EN, 6.0)
    most = (words or 60) * per_word * draw.uniform(0.6, 0.95)
    text = ""
    while len(text) < most:
        text += draw.choice(stock) + ("" if language == "ja" else " ")
    return text.strip()


def comment(draw: random.Random, language: str) -> str:
    """Return what a reviewer writes to a team."""
    return paragraph(draw, language, draw.choice((20, 60, 120)))
