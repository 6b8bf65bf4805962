import base64
from pathlib import Path

from pydantic import SecretStr

from protocol.shards import ShardRange
from server.cluster.parcel import packed, shared, unpacked
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
