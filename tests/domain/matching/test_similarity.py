"""What makes a reviewer fit an idea, and what is said about it."""

import numpy as np
import pytest

from accelerator.domain.matching import Profile, SimilarityPolicy, similarities


def test_weights_are_those_of_the_definition():
    # Four texts, with a repeated word: "cell" stands in two of them, "law" in two, "wax" and "cell wax" in one.
    found = similarities([Profile("cell"), Profile("law the law")], ["cell wax", "law"], {})
    common, rare = np.log(5 / 3) + 1, np.log(5 / 2) + 1
    expected = common / np.sqrt(common**2 + 2 * rare**2)
    assert found.values == pytest.approx(np.array([[expected, 0], [0, 1]]))


def test_japanese_is_compared_by_neighbouring_characters():
    found = similarities(
        [Profile("全固体電池の材料研究"), Profile("契約法務と知的財産です")],
        ["固体電池の新しい材料です", "知的財産の契約です"],
        {},
    )
    assert found.values[0, 0] > 0.2 > found.values[0, 1]
    assert found.values[1, 1] > 0.2 > found.values[1, 0]
    assert found.why(0, 0).words == ("固体電池", "材料")
    assert set(found.why(1, 1).words) == {"知的財産", "契約"}
    assert found.why(1, 0).words == ()  # です alone says nothing
    assert similarities([Profile("池の")], ["池の"], {}).why(0, 0).words == ()


def test_skills_and_wishes_add_to_the_words():
    profiles = [Profile(skills=("IP", "C++", "電池")), Profile()]
    ideas = ["We need IP for a lithium cell, and C++", "新しい電池", "A shipment"]
    found = similarities(profiles, ideas, {(1, 0): 1, (1, 1): -1, (1, 2): 0})
    assert found.why(0, 0).skills == ("IP", "C++")
    assert found.why(0, 1).skills == ("電池",)
    assert found.why(0, 2).skills == ()  # "ip" within "shipment" is no skill
    assert found.values[1].tolist() == [0.3, -0.5, 0]
    assert (found.why(1, 0).wish, found.why(1, 1).wish) == (1, -1)
    alone = similarities(profiles, ideas, {}, SimilarityPolicy(words=0))
    assert alone.values[0].tolist() == pytest.approx([0.225, 0.15, 0])


def test_the_words_that_weigh_most_are_said_once():
    found = similarities(
        [Profile("ceramic separator design for solid state cells, ceramic coating, tests, wax")],
        ["A ceramic separator for solid state cells: coating and tests, and wax"],
        {},
    )
    words = found.why(0, 0).words
    assert len(words) == 4
    assert not any(a != b and a in b for a in words for b in words)


def test_a_skill_without_words_and_texts_without_terms():
    found = similarities([Profile("the and", ("!?",))], ["", "7 a"], {})
    assert found.values.tolist() == [[0, 0]]
    assert found.why(0, 0).words == found.why(0, 0).skills == ()
