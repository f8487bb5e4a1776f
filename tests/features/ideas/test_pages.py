from tests.world import World


def test_smoke(world: World) -> None:
    client = world.client("owner")
    assert client.get("/ideas").status_code == 200
    r = client.get("/ideas/new?title=cell")
    assert r.status_code == 200
    r = client.post("/ideas/new", data={"cohort": "S27", "title": "電池の再利用", "summary": "より良い"})
    assert r.status_code == 303, r.get_data(as_text=True)[-3000:]
    code = r.location.split("/")[2]
    for path in ("", "/edit", "/edit?language=en", "/submit", "/withdraw"):
        r = client.get(f"/ideas/{code}{path}")
        assert r.status_code == 200, (path, r.status_code, r.get_data(as_text=True)[-2000:])
    code = world.idea("owner", state="active", team=("mate",))
    for path in ("", "/versions/1"):
        assert client.get(f"/ideas/{code}{path}").status_code == 200
    assert client.get("/ideas").status_code == 200
    assert client.get("/search?q=cell").status_code == 200
    assert client.get("/ideas/similar?q=cell").status_code == 200
