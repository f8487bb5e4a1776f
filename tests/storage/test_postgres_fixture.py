"""The server the tests use must itself be trustworthy: copies are separate, yeses are kept."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.postgres import PostgresServer


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    own = PostgresServer()
    try:
        own.start()
        own.create("template", lambda url: run(url, "CREATE TABLE idea (title text)"))
        yield own
    finally:
        own.remove()


def run(url: str, statement: str) -> list[tuple]:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def test_a_clone_has_the_templates_tables_and_nothing_of_another_clone(server):
    first, second = server.clone("template"), server.clone("template")
    run(first, "INSERT INTO idea VALUES ('鉄鋼スラグ')")
    assert run(first, "SELECT title FROM idea") == [("鉄鋼スラグ",)]
    assert run(second, "SELECT title FROM idea") == []


def test_what_is_lent_again_is_as_the_template_is(server):
    fill = "CREATE TABLE t (id serial, name text); INSERT INTO t (name) VALUES ('first')"
    server.create("furnished", lambda url: run(url, fill))
    url = server.lend("furnished")
    run(url, "INSERT INTO t (name) VALUES ('second'), ('third')")
    run(url, "UPDATE t SET name = 'changed'")
    assert server.lend("furnished") == url
    assert run(url, "INSERT INTO t (name) VALUES ('fourth') RETURNING id") == [(2,)]
    assert run(url, "SELECT name FROM t ORDER BY id") == [("first",), ("fourth",)]
    run(url, "ALTER TABLE t DROP COLUMN name")
    assert server.lend("furnished") != url


def test_a_clone_is_dropped_although_somebody_is_connected(server):
    url = server.clone("template")
    with psycopg.connect(url.replace("+psycopg", "")):
        server.drop(url)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        run(url, "SELECT 1")


def test_a_restart_ends_connections_and_keeps_the_data(server):
    url = server.clone("template")
    run(url, "INSERT INTO idea VALUES ('kept')")
    connection = psycopg.connect(url.replace("+psycopg", ""))
    server.restart()
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")
    connection.close()
    assert run(url, "SELECT title FROM idea") == [("kept",)]


def test_what_was_acknowledged_survives_a_kill_and_what_was_open_does_not(server):
    url = server.clone("template")
    run(url, "INSERT INTO idea VALUES ('acknowledged')")
    connection = psycopg.connect(url.replace("+psycopg", ""))
    connection.execute("INSERT INTO idea VALUES ('open')")
    server.kill()
    with pytest.raises(psycopg.OperationalError):
        run(url, "SELECT 1")
    server.start()
    with pytest.raises(psycopg.OperationalError):
        connection.commit()
    connection.close()
    assert run(url, "SELECT title FROM idea") == [("acknowledged",)]


def test_it_listens_on_its_own_socket_only_and_speaks_unicode(server):
    url = server.clone("template")
    assert run(url, "SHOW listen_addresses") == [("",)]
    assert run(url, "SHOW server_encoding") == [("UTF8",)]
