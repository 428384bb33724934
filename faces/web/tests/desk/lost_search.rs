//! The search for a missing elder on the desk: three teams from the beginning to the find, who sees nothing of it, and a district without streets.

use crate::world::{Answer, Desk, aside, hidden};
use axum::http::StatusCode;
use kernel::Role;
use kernel::ids::CaseId;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use streets::osm::{Limits, Osm};

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// Straight lanes a hundred metres apart around 121.5, 30.9.
fn lanes() -> Osm {
    let n = 16;
    let id = |x: usize, y: usize| 1 + y * 100 + x;
    let mut text = String::from("<osm version=\"0.6\">");
    for y in 0..n {
        for x in 0..n {
            let (lat, lon) = (30.893 + y as f64 * 0.0009, 121.492 + x as f64 * 0.00105);
            text += &format!("<node id=\"{}\" lat=\"{lat:.7}\" lon=\"{lon:.7}\"/>", id(x, y));
        }
    }
    let nd = |id| format!("<nd ref=\"{id}\"/>");
    for k in 0..n {
        for across in [true, false] {
            let refs: String =
                (0..n).map(|m| nd(if across { id(m, k) } else { id(k, m) })).collect::<Vec<_>>().concat();
            let way = 10_000 + 2 * k + usize::from(across);
            text += &format!(
                "<way id=\"{way}\">{refs}<tag k=\"highway\" v=\"residential\"/><tag k=\"name\" v=\"望苇{way}弄\"/></way>"
            );
        }
    }
    Osm::read((text + "</osm>").as_bytes(), &Limits::default()).unwrap()
}

impl Desk {
    fn with_streets(&self) {
        aside(|| {
            let prepared = places::streets::prepare(&lanes(), |_| ()).unwrap();
            let house = &self.world.house;
            house.rt.write_now(house.system(), move |cx| places::streets::bring(cx, &prepared, "a.osm")).unwrap();
        });
    }
    async fn search(&self, cookie: &str) -> CaseId {
        let form = format!(
            "kind=missing&place={}&lat=30.9&lon=121.5&words={}&name={}",
            encoded("老街口"),
            encoded("红色上衣"),
            encoded("女儿")
        );
        let answer = self.post(cookie, "/desk/lost/new", &form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let case: CaseId = answer.location.rsplit('/').next().unwrap().parse().unwrap();
        let ask = self.get(cookie, &format!("/desk/lost/{case}/search/tell/begin")).await.body;
        assert!(ask.contains("value=\"30.90000\""), "the place of the case is offered");
        let seen_at =
            ask.split("type=\"datetime-local\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        self.tells(cookie, case, "begin", &format!("lat=30.9&lon=121.5&seen_at={}&accuracy=100", encoded(&seen_at)))
            .await;
        case
    }
    async fn tells(&self, cookie: &str, case: CaseId, what: &str, form: &str) {
        let answer = self.post(cookie, &format!("/desk/lost/{case}/search/tell/{what}"), form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{what} {form}: {}", answer.body);
    }
    async fn map(&self, cookie: &str, case: CaseId, query: &str) -> serde_json::Value {
        let answer = self.get(cookie, &format!("/desk/lost/{case}/search/map.geojson{query}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    }
}

fn roles(map: &serde_json::Value, role: &str) -> usize {
    map["features"].as_array().unwrap().iter().filter(|f| f["properties"]["role"] == role).count()
}

fn sent(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
}

#[tokio::test]
async fn three_teams_from_the_beginning_to_the_find() {
    let desk = Desk::new();
    desk.with_streets();
    let duty = desk.sign_in(Role::DutyOfficer).await;
    let case = desk.search(&duty).await;
    let here = format!("/desk/lost/{case}/search");
    assert!(desk.get(&duty, &format!("/desk/lost/{case}")).await.body.contains(&here), "the case leads there");
    for (name, lat, lon) in [("志愿者甲", 30.897, 121.496), ("商会乙", 30.9, 121.5), ("民警丙", 30.903, 121.504)]
    {
        let form = format!("name={}&mode=foot&size=2&lat={lat}&lon={lon}", encoded(name));
        desk.tells(&duty, case, "team", &form).await;
    }
    let page = desk.get(&duty, &here).await.body;
    for word in ["志愿者甲", "商会乙", "民警丙", "望苇", "等路线", "还没有人找过"] {
        assert!(page.contains(word), "{word}");
    }
    let map = desk.map(&duty, case, "").await;
    assert!(roles(&map, "p") > 20 && roles(&map, "team") == 3 && roles(&map, "last-seen") == 1);
    assert!(roles(&map, "proposal") >= 3 && roles(&map, "route") == 0);
    let what_if = desk.get(&duty, &format!("{here}?more=2")).await.body;
    assert!(what_if.contains("多 2 个步行小组") && what_if.contains("+2"));
    let teams: Vec<&str> = page.split("name=\"team\" value=\"").skip(1).map(|t| t.split('"').next().unwrap()).collect();
    assert_eq!(teams.len(), 3);
    let ticked = teams.iter().flat_map(|t| ["&team=", *t]).collect::<String>();
    let form = format!("minutes=30&plan={}{ticked}", hidden(&page, "plan"));
    sent(&desk.post(&duty, &format!("{here}/give-out"), &form).await);
    let page = desk.get(&duty, &here).await.body;
    assert!(page.contains("在路上") && !page.contains("等路线"));
    let map = desk.map(&duty, case, "").await;
    assert!(roles(&map, "route") >= 3 && roles(&map, "proposal") == 0);
    // On the telephone: one team has searched all of its route.
    let (team, route) = (teams[0], hidden(&page, "route"));
    sent(&desk.post(&duty, &format!("{here}/teams/{team}/all"), &format!("route={route}")).await);
    let map = desk.map(&duty, case, "").await;
    assert!(roles(&map, "searched") >= 1 && roles(&map, "proposal") >= 1, "that team gets its next route");
    // The sheet of another team: its streets and its code, no home, no name.
    let sheet = desk.get(&duty, &format!("{here}/sheet/{}", teams[1])).await.body;
    for word in ["红色上衣", "class=\"qr\"", "class=\"sketch\"", "望苇", "/field/s/"] {
        assert!(sheet.contains(word), "{word}");
    }
    let wrong = desk.post(&duty, &format!("{here}/tell/sighting"), "lat=30.9&lon=121.5&seen_at=2019-01-01T00:00").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("比最后看到的时间还早"), "{}", wrong.body);
    let words = encoded("像她");
    desk.tells(&duty, case, "sighting", &format!("lat=30.902&lon=121.503&accuracy=100&confidence=0.7&words={words}"))
        .await;
    sent(&desk.post(&duty, &format!("{here}/call"), "radius=500").await);
    let earlier = desk.map(&duty, case, "?ago=10").await;
    assert!(roles(&earlier, "p") > 20, "an earlier instant has a map, too");
    desk.tells(&duty, case, "found", "lat=30.9021&lon=121.5031").await;
    let page = desk.get(&duty, &here).await.body;
    assert!(page.contains("像她") && page.contains("搜寻的人说找到了老人"));
    let closed = desk.post(&duty, &format!("{here}/close"), "").await;
    assert!(closed.location.ends_with("/debrief"), "{}", closed.location);
    let debrief = desk.get(&duty, &closed.location).await.body;
    for word in ["志愿者甲", "派出", "离最后看到的地方", "比那里更可能的地方合起来占", "可以对照的搜寻：1 次"]
    {
        assert!(debrief.contains(word), "{word}");
    }
    let again = desk.get(&duty, &format!("{here}/sheet/{}", teams[1])).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "no code any more");
    assert!(desk.get(&duty, &here).await.body.contains("从最后看到的地方开始"), "it can begin again");
}

#[tokio::test]
async fn who_does_not_work_on_the_case_sees_nothing_of_its_search() {
    let desk = Desk::new();
    let duty = desk.sign_in(Role::DutyOfficer).await;
    let case = desk.search(&duty).await;
    for role in [Role::Volunteer, Role::Coordinator, Role::SystemAdmin, Role::Clerk, Role::Mediator] {
        let cookie = desk.sign_in(role).await;
        for end in ["", "/map.geojson", "/tell/team", "/sheet/00000000-0000-0000-0000-000000000008"] {
            let answer = desk.get(&cookie, &format!("/desk/lost/{case}/search{end}")).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{role:?} {end}");
        }
    }
    let nobody = desk.get("", &format!("/desk/lost/{case}/search")).await;
    assert_eq!(nobody.status, StatusCode::SEE_OTHER);
}

/// As many teams as a search may have: all are planned, given out and shown.
#[tokio::test]
#[expect(clippy::print_stdout, reason = "what it takes stands in docs/performance.md")]
async fn two_hundred_teams_and_one() {
    let desk = Desk::new();
    desk.with_streets();
    let duty = desk.sign_in(Role::DutyOfficer).await;
    let case = desk.search(&duty).await;
    let here = format!("/desk/lost/{case}/search");
    let add = async |n: usize| {
        let (lat, lon) = (30.895 + 0.0005 * (n / 20) as f64, 121.495 + 0.0005 * (n % 20) as f64);
        let form = format!("name={}&mode=foot&size=2&lat={lat:.5}&lon={lon:.5}", encoded(&format!("第 {n} 组")));
        desk.post(&duty, &format!("{here}/tell/team"), &form).await
    };
    sent(&add(1).await);
    let proposals = |page: &str| page.matches("name=\"team\" value=\"").count();
    assert_eq!(proposals(&desk.get(&duty, &here).await.body), 1);
    for n in 2..=200 {
        sent(&add(n).await);
    }
    assert_eq!(add(201).await.status, StatusCode::UNPROCESSABLE_ENTITY, "no more than 200");
    let begun = std::time::Instant::now();
    let page = desk.get(&duty, &here).await.body;
    println!("a page with 200 teams to plan for: {:?}", begun.elapsed());
    // Where there is nothing left to look at for the last ones they stay.
    let planned = proposals(&page);
    assert!(planned > 100, "{planned}");
    let teams: Vec<&str> = page.split("name=\"team\" value=\"").skip(1).map(|t| t.split('"').next().unwrap()).collect();
    let ticked = teams.iter().flat_map(|t| ["&team=", *t]).collect::<String>();
    let form = format!("minutes=30&plan={}{ticked}", hidden(&page, "plan"));
    let begun = std::time::Instant::now();
    sent(&desk.post(&duty, &format!("{here}/give-out"), &form).await);
    println!("given out: {:?}", begun.elapsed());
    let begun = std::time::Instant::now();
    let page = desk.get(&duty, &here).await.body;
    println!("the page with {planned} routes: {:?}, {} kB", begun.elapsed(), page.len() / 1024);
    assert_eq!(page.matches("<details id=\"legs-").count(), planned);
    assert!(page.contains("第 200 组") && page.contains(">H8<") || page.contains(">R8<"), "letters go on: A2 … R8");
    let begun = std::time::Instant::now();
    assert!(roles(&desk.map(&duty, case, "").await, "team") == 200);
    println!("its map: {:?}", begun.elapsed());
}

#[tokio::test]
async fn without_streets_the_page_says_so_and_shows_distances() {
    let desk = Desk::new();
    let duty = desk.sign_in(Role::DutyOfficer).await;
    let case = desk.search(&duty).await;
    desk.tells(&duty, case, "team", &format!("name={}&mode=car&size=2&lat=30.9&lon=121.5", encoded("一组"))).await;
    let page = desk.get(&duty, &format!("/desk/lost/{case}/search")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("还没有导入街道") && page.body.contains("米以内"));
    assert_eq!(roles(&desk.map(&duty, case, "").await, "ring"), 3);
    let none = desk.post(&duty, &format!("/desk/lost/{case}/search/give-out"), "minutes=30").await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
}
