from pathlib import Path

import pytest

from server.cluster.whereabouts import ClusterRuns, Post, Whereabouts, left_behind, supervisor_of

HERE = Whereabouts(4711, "casino", "127.0.0.1:6379", {"RAY_AUTH_MODE": "token"}, "/run/ray")


def test_one_supervisor_has_the_place_of_a_data_dir_and_the_others_are_told_who(tmp_path: Path) -> None:
    first = Post(tmp_path)
    assert first.take() is None
    first.publish(HERE)
    assert supervisor_of(tmp_path) == HERE
    with pytest.raises(ClusterRuns, match="is up already \\(process 4711\\)"):
        Post(tmp_path).take()
    first.leave()
    assert supervisor_of(tmp_path) is None
    assert left_behind(tmp_path) is None


def test_what_a_supervisor_has_left_is_there_for_the_next_one_though_another_could_not_begin(tmp_path: Path) -> None:
    killed = Post(tmp_path)
    killed.take()
    killed.publish(HERE)
    killed.hand_back(HERE)  # as the kernel leaves it when it is killed
    failed = Post(tmp_path)
    before = failed.take()
    assert before == HERE
    failed.hand_back(before)
    assert left_behind(tmp_path) == HERE
    assert Post(tmp_path).take() == HERE
