from pathlib import Path

import pytest
from pydantic import SecretStr

from server.cluster.parcel import process_secret, shared
from server.config import Config

TOKEN = "t" * 32
SEED_KEY = "a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2U="


def config(folder: Path, token: str = TOKEN) -> Config:
    whole = Config(
        data_dir=folder,
        database_url=SecretStr("postgresql://h/d"),
        redis_url=SecretStr("redis://h"),
        token_secret=SecretStr(token),
        seed_key=SecretStr(SEED_KEY),
    )
    return shared(whole, database_url="postgresql://h/d", redis_url="redis://h")


def test_whoever_has_the_configuration_has_the_secret_of_the_processes(tmp_path: Path) -> None:
    here, there = config(tmp_path / "here"), config(tmp_path / "there")
    assert process_secret(here, "casino") == process_secret(there, "casino")


def test_another_token_secret_or_another_cluster_has_another_secret(tmp_path: Path) -> None:
    ours = process_secret(config(tmp_path), "casino")
    assert len({ours, process_secret(config(tmp_path, "u" * 32), "casino"), process_secret(config(tmp_path), "b")}) == 3
    assert TOKEN.encode() not in ours


def test_a_secret_that_was_made_in_a_data_dir_is_the_same_for_the_next_supervisor(tmp_path: Path) -> None:
    own = Config(data_dir=tmp_path)
    first = process_secret(shared(own, database_url="postgresql://h/d", redis_url="redis://h"), "casino")
    again = process_secret(shared(own, database_url="postgresql://h/e", redis_url="redis://h"), "casino")
    assert first == again


def test_a_configuration_that_is_not_shared_has_no_secret(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not one that processes share"):
        process_secret(Config(data_dir=tmp_path), "casino")
