"""Which layers have to be asked for again (``media.janus.layers``)."""

from bailiwick.media.janus.layers import LayerWatch
from bailiwick.media.port import FeedId, Layer, Mid, StreamId

ONE, TWO = Mid("1"), Mid("2")
ANN, BO = StreamId(FeedId(7), Mid("0")), StreamId(FeedId(8), Mid("0"))


def test_a_new_picture_is_asked_for_until_it_is_carried() -> None:
    watch = LayerWatch()
    watch.watch({ONE: ANN, TWO: BO}, {ONE})
    assert watch.lagging() == [Layer(ONE, 0)]
    watch.carries(ONE, 1)
    assert watch.lagging() == [Layer(ONE, 0)]
    watch.carries(ONE, 0)
    assert watch.lagging() == []


def test_a_choice_is_asked_for_until_it_is_carried() -> None:
    watch = LayerWatch()
    watch.watch({ONE: ANN}, {ONE})
    watch.carries(ONE, 0)
    watch.choose([Layer(ONE, 2, 1), Layer(TWO, 2)])
    assert watch.lagging() == [Layer(ONE, 2, 1)]
    watch.carries(ONE, 2)
    assert watch.lagging() == []


def test_a_paused_picture_is_not_asked_for() -> None:
    watch = LayerWatch()
    watch.watch({ONE: ANN}, {ONE})
    watch.choose([Layer(ONE, None)])
    assert watch.lagging() == []


def test_another_stream_on_the_m_line_begins_anew() -> None:
    watch = LayerWatch()
    watch.watch({ONE: ANN}, {ONE})
    watch.choose([Layer(ONE, 2)])
    watch.carries(ONE, 2)
    watch.watch({ONE: ANN, TWO: BO}, {ONE, TWO})
    assert watch.lagging() == [Layer(TWO, 0)]
    watch.watch({ONE: BO}, {ONE})
    assert watch.lagging() == [Layer(ONE, 0)]
    watch.watch({}, ())
    assert watch.lagging() == []
