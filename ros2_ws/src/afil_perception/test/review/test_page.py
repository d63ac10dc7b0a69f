import cv2
import numpy as np

from afil_core.saliency import KeyObject, Rle
from afil_perception.pipeline.config import PerceptionConfig
from afil_perception.pipeline.dataset import perceive_dataset
from afil_perception.review.page import review_dataset
from afil_perception.review.pictures import Shot, contact_sheet, jpeg


def test_suspicious_episodes_come_first_and_failed_ones_before_them(
    make_episode, moving_carrot, draw
) -> None:
    good = make_episode(moving_carrot)
    empty = make_episode([*moving_carrot[:5], *[draw([])] * 5])
    failed = make_episode(moving_carrot, instruction="lift the gizmo")
    dataset = good.path.parent
    perceive_dataset(dataset, PerceptionConfig(), say=[].append, warn=[].append)
    page, reviews = review_dataset(dataset, most=2)
    assert [r.episode.path for r in reviews] == [failed.path, empty.path, good.path]
    html = page.html()
    assert "failed:" in html and "&#39;gizmo&#39;" in html
    assert "5 of 10 maps are empty" in html
    assert "the instruction names it" in html and "What was understood: lift the carrot" in html
    assert "1 less suspicious episodes are not shown" in html
    assert html.count("data:image/jpeg;base64") == 1


def test_an_episode_that_can_not_be_shown_is_said_and_harms_no_other(
    make_episode, moving_carrot
) -> None:
    broken, good = make_episode(moving_carrot), make_episode(moving_carrot)
    perceive_dataset(good.path.parent, PerceptionConfig(), say=[].append, warn=[].append)
    bag = next(broken.saliency_path.glob("*.mcap"))
    bag.write_bytes(bag.read_bytes()[:300])
    page, reviews = review_dataset(good.path.parent, most=9)
    assert reviews[0].episode.path == broken.path and "be shown: " in page.html()
    assert reviews[1].reasons == []


def test_a_contact_sheet_shows_boxes_masks_and_maps() -> None:
    rgb = np.full((60, 80, 3), 100, np.uint8)
    mask = np.zeros((60, 80), bool)
    mask[40:50, 50:60] = True
    objects = [
        KeyObject(1, "carrot", 0.9, (10.0, 20.0, 30.0, 40.0)),
        KeyObject(2, "pot", 0.9, (50.0, 40.0, 60.0, 50.0), Rle.of(mask)),
    ]
    saliency = np.zeros((60, 80), np.uint8)
    saliency[10:20, 10:20] = 255
    shot = Shot("frame 3", rgb, objects, saliency)
    sheet = contact_sheet([shot] * 5)
    # Two rows of four columns; 240 pixels are three times the image's width.
    assert sheet.shape == (2 * (18 + 2 * 180) + 6, 4 * 240 + 3 * 6, 3)
    found, looked = sheet[18:198, :240], sheet[198:378, :240]
    assert (found[60:62, 45] != 100).any(), "the edge of the carrot's box"
    assert (found[135, 165] != 100).any(), "inside of the pot's mask"
    assert (found[100, 60] == 100).all(), "inside of the carrot's box"
    assert int(looked[45, 45].sum()) > int(looked[150, 200].sum())
    decoded = cv2.imdecode(np.frombuffer(jpeg(sheet), np.uint8), cv2.IMREAD_COLOR)
    assert decoded.shape == sheet.shape
