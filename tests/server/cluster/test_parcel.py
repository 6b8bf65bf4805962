import base64
from pathlib import Path

import pytest
from pydantic import SecretStr

from protocol.shards import ShardRange
from server.cluster.parcel import packed, process_secret, shared, unpacked
from server.config import Config, DatabaseSettings

A, B = "postgresql://croupier:first@a/x", "postgresql://croupier:second@b/x"


def several(data_dir: Path) -> Config:
    return Config(
        data_dir=data_dir,
        database=DatabaseSettings(shards={"0-127": SecretStr(A), "128-255": SecretStr(B)}),
        seed_key=SecretStr(base64.b64encode(bytes(32)).decode()),
        token_secret=SecretStr("t" * 32),
    )


def test_a_configuration_arrives_as_it_was_with_the_secrets_of_every_database(tmp_path: Path) -> None:
    config = several(tmp_path)
    arrived = unpacked(packed(config))
    assert arrived == config
    assert [part.url.get_secret_value() for part in arrived.databases] == [A, B]


def test_processes_are_told_of_databases_that_were_chosen_here(tmp_path: Path) -> None:
    found = {ShardRange.whole(256): A}
    whole = unpacked(packed(shared(Config(data_dir=tmp_path), databases=found, redis_url="redis://r:1")))
    assert [(str(part.shards), part.url.get_secret_value()) for part in whole.databases] == [("0-255", A)]
    assert whole.guests_allowed
    assert (tmp_path / "secrets").exists()


def test_databases_of_ones_own_bring_their_secrets_and_make_none(tmp_path: Path) -> None:
    found = {ShardRange.parse("0-127"): A, ShardRange.parse("128-255"): B}
    whole = shared(several(tmp_path), databases=found, redis_url="redis://r:1")
    assert [part.url.get_secret_value() for part in unpacked(packed(whole)).databases] == [A, B]
    assert not whole.guests_allowed
    assert list(tmp_path.iterdir()) == []


def with_token(data_dir: Path, token: str) -> Config:
    config = several(data_dir).model_copy(update={"token_secret": SecretStr(token)})
    return shared(config, databases={ShardRange.whole(256): A}, redis_url="redis://r:1")


def test_whoever_has_the_configuration_has_the_secret_of_the_processes(tmp_path: Path) -> None:
    here, there = with_token(tmp_path / "here", "t" * 32), with_token(tmp_path / "there", "t" * 32)
    assert process_secret(here, "casino") == process_secret(there, "casino")


def test_another_token_secret_or_another_cluster_has_another_secret(tmp_path: Path) -> None:
    ours = with_token(tmp_path, "t" * 32)
    others = {process_secret(with_token(tmp_path, "u" * 32), "casino"), process_secret(ours, "bingo")}
    assert len({process_secret(ours, "casino"), *others}) == 3
    assert b"t" * 32 not in process_secret(ours, "casino")


def test_a_secret_that_was_made_in_a_data_dir_is_the_same_for_the_next_supervisor(tmp_path: Path) -> None:
    first, again = (
        process_secret(
            shared(Config(data_dir=tmp_path), databases={ShardRange.whole(256): dsn}, redis_url="redis://r:1"), "casino"
        )
        for dsn in (A, B)
    )
    assert first == again


def test_a_configuration_that_is_not_shared_has_no_secret(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not one that processes share"):
        process_secret(Config(data_dir=tmp_path), "casino")
