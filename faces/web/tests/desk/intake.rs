//! The form of a clerk knows before it is sent who will have the matter; who walks in is heard at the post.

use crate::world::{Desk, aside, hidden};
use axum::http::StatusCode;
use kernel::ids::{AccountId, AreaId, PostId};
use kernel::{Point, Role};
use people::model::Place;
use places::app::{AreaChanges, SaveArea, SavePost, save_areas, save_posts};
use places::{AreaKind, Outline, PostState, Tier, WeekHours};

/// Two neighbourhoods, each with a police post and three committee workers.
struct Drawn {
    desk: Desk,
    areas: [AreaId; 2],
    posts: [PostId; 2],
    workers: [Vec<AccountId>; 2],
}

fn drawn() -> Drawn {
    let desk = Desk::new();
    let (areas, posts, workers) = aside(|| {
        let world = &desk.world;
        let area = |kind, code: &str, name: &str, west: f64, east: f64| {
            SaveArea::new(kind, Some(code), name).outlined(Outline::rectangle(west, 30.8, east, 31.0).unwrap())
        };
        let save = vec![
            area(AreaKind::District, "d", "和邻区", 121.4, 121.6),
            area(AreaKind::Town, "t", "青禾镇", 121.4, 121.6).within("d"),
            area(AreaKind::Community, "c1", "桂花里", 121.4, 121.5).within("t"),
            area(AreaKind::Community, "c2", "归雁苑", 121.5, 121.6).within("t"),
            area(AreaKind::Police, "p1", "桂花警务区", 121.4, 121.5),
            area(AreaKind::Police, "p2", "归雁警务区", 121.5, 121.6),
        ];
        let saved = world.act(move |cx| save_areas(cx, &AreaChanges { save, retire: vec![] })).saved;
        let post = |code: &str, name: &str, lon: f64, serves: &str| SavePost {
            id: None,
            tier: Tier::PolicePost,
            code: Some(code.into()),
            name: name.into(),
            parent: None,
            address: "青禾路 1 号".into(),
            phone: "021-0571 0222".into(),
            point: Some(Point::new(lon, 30.9).unwrap()),
            hours: WeekHours::always(),
            state: PostState::Running,
            serves: vec![serves.into()],
            seen: None,
        };
        let new = vec![post("A", "桂花警务站", 121.45, "p1"), post("B", "归雁警务站", 121.55, "p2")];
        let posts = world.act(move |cx| save_posts(cx, &new)).saved;
        let areas = [saved[2].0, saved[3].0];
        let worker = |area: usize, n: usize| {
            let place = Place { area: Some(areas[area]), ..Place::default() };
            world.staff(Role::CommitteeWorker, place, &format!("w{area}{n}"), &format!("居委{area}{n}")).0
        };
        let workers = [0, 1].map(|area| (0..3).map(|n| worker(area, n)).collect::<Vec<_>>());
        (areas, [posts[0].0, posts[1].0], workers)
    });
    Drawn { desk, areas, posts, workers }
}

impl Drawn {
    /// Signs in a clerk whose seat is at the second post.
    async fn clerk_at_post(&self) -> String {
        let post = self.posts[1];
        aside(|| {
            let place = Place { post: Some(post), ..Place::default() };
            self.desk.world.staff(Role::Clerk, place, "counter", "柜台");
        });
        self.desk.let_in("counter");
        self.desk.sign_in_as("counter").await
    }

    /// Where the last matter went: owner, community, post.
    fn last(&self) -> (AccountId, Option<AreaId>, Option<PostId>) {
        self.desk.sql(|cx| {
            let row = cx.query_one("SELECT owner_account, community, post FROM matter ORDER BY n DESC LIMIT 1", &[])?;
            Ok((row.id("owner_account")?, row.opt_id("community")?, row.opt_id("post")?))
        })
    }

    fn name(&self, account: AccountId) -> String {
        self.desk.sql(move |cx| {
            cx.query_one("SELECT display_name FROM account WHERE id = $1", &[account.into()])?.text("display_name")
        })
    }

    fn matters(&self) -> i64 {
        self.desk.sql(|cx| cx.query_one("SELECT COUNT(*) AS c FROM matter", &[])?.i64("c"))
    }
}

#[tokio::test]
async fn who_is_foreseen_is_who_gets_it() {
    let drawn = drawn();
    let desk = &drawn.desk;
    let clerk = desk.sign_in(Role::Clerk).await;
    let nothing = desk.post(&clerk, "/desk/new/foresee", "class=&text=x").await;
    assert!(nothing.body.contains("填了类别"), "{}", nothing.body);
    let mut owners = Vec::new();
    for n in 0..6 {
        let typed = format!("key=ahead-{n}&class=environment&text=楼道堆物&address=桂花里3号&origin=phone");
        let ahead = desk.post(&clerk, "/desk/new/foresee", &typed).await;
        assert_eq!(ahead.status, StatusCode::OK, "{}", ahead.body);
        assert!(ahead.body.contains("桂花里") && ahead.body.contains("桂花警务站"), "{}", ahead.body);
        assert_eq!(drawn.matters(), n, "looking ahead raises nothing");
        let receipt = desk.post(&clerk, "/desk/new", &typed).await;
        let owner = drawn.last().0;
        assert!(drawn.workers[0].contains(&owner));
        assert!(ahead.body.contains(&drawn.name(owner)), "{} of {}", drawn.name(owner), ahead.body);
        // The promise too: every date that was named stands on the receipt.
        let date = ahead.body.split("办好答复：").nth(1).unwrap().split(['<', '\n']).next().unwrap().trim().to_owned();
        assert!(receipt.body.contains(&date), "{date}");
        owners.push(owner);
    }
    owners.sort_unstable();
    owners.dedup();
    assert!(owners.len() > 1, "work is spread over the seats");

    let there = "key=k&class=environment&text=堆物&area=归雁苑&origin=phone";
    assert!(desk.post(&clerk, "/desk/new/foresee", there).await.body.contains("归雁警务站"));
    let urgent = "key=k&class=danger-now&text=堆物&area=归雁苑&origin=phone";
    let (calm, urgent) = (
        desk.post(&clerk, "/desk/new/foresee", there).await.body,
        desk.post(&clerk, "/desk/new/foresee", urgent).await.body,
    );
    assert_ne!(calm, urgent, "another class, another owner and another date");
    let unknown = desk.post(&clerk, "/desk/new/foresee", "class=environment&area=没有这里").await;
    assert!(unknown.body.contains("没有这个地区"), "{}", unknown.body);
}

#[tokio::test]
async fn without_script_a_button_looks_ahead() {
    let drawn = drawn();
    let desk = &drawn.desk;
    let clerk = desk.sign_in(Role::Clerk).await;
    let page = desk.get(&clerk, "/desk/new").await;
    assert!(page.body.contains("name=\"go\" value=\"check\""));
    let key = hidden(&page.body, "key");
    let typed = format!("key={key}&class=environment&text=楼道堆物&address=桂花里3号&origin=phone");
    let checked = desk.post(&clerk, "/desk/new", &format!("{typed}&go=check")).await;
    assert_eq!(checked.status, StatusCode::OK);
    assert!(checked.body.contains("楼道堆物") && checked.body.contains("桂花警务站"), "{}", checked.body);
    assert_eq!((drawn.matters(), hidden(&checked.body, "key")), (0, key), "nothing is raised, and the key stays");
    assert_eq!(desk.post(&clerk, "/desk/new", &typed).await.status, StatusCode::OK);
    assert!(checked.body.contains(&drawn.name(drawn.last().0)));
}

#[tokio::test]
async fn a_walk_in_without_address_belongs_to_the_post() {
    let drawn = drawn();
    let desk = &drawn.desk;
    let counter = drawn.clerk_at_post().await;
    let typed = "key=w1&class=environment&text=门口堆物&origin=walk_in&name=王";
    assert!(desk.post(&counter, "/desk/new/foresee", typed).await.body.contains("归雁苑"));
    assert_eq!(desk.post(&counter, "/desk/new", typed).await.status, StatusCode::OK);
    let (owner, community, post) = drawn.last();
    assert_eq!((community, post), (Some(drawn.areas[1]), Some(drawn.posts[1])), "the clerk's own post");
    assert!(drawn.workers[1].contains(&owner), "and whoever answers there, not the district's catch-all");

    // A clerk of the telephone line sits at no post: the form asks which, and says so before sending.
    let line = desk.sign_in(Role::Clerk).await;
    let ahead = desk.post(&line, "/desk/new/foresee", "class=environment&origin=walk_in").await;
    assert!(ahead.body.contains("请选是哪个站"), "{}", ahead.body);
    let typed = "key=w2&class=environment&text=门口堆物&origin=walk_in&name=王";
    let asked = desk.post(&line, "/desk/new", typed).await;
    assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(asked.body.contains("id=\"post-error\"") && asked.body.contains("门口堆物"), "{}", asked.body);
    let chosen = format!("{typed}&post={}", drawn.posts[0]);
    assert_eq!(desk.post(&line, "/desk/new", &chosen).await.status, StatusCode::OK);
    let (owner, community, post) = drawn.last();
    assert_eq!((community, post), (Some(drawn.areas[0]), Some(drawn.posts[0])), "the post chosen in the form");
    assert!(drawn.workers[0].contains(&owner));
    // Somebody on the telephone without a place is still taken down.
    let call = "key=w3&class=environment&text=门口堆物&origin=phone";
    assert_eq!(desk.post(&line, "/desk/new", call).await.status, StatusCode::OK);
}

#[tokio::test]
async fn only_who_types_for_others_looks_ahead() {
    let desk = Desk::new();
    for role in [Role::Volunteer, Role::SystemAdmin, Role::AuditAdmin] {
        let cookie = desk.sign_in(role).await;
        let refused = desk.post(&cookie, "/desk/new/foresee", "class=environment&text=x").await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{role:?}");
    }
    let stranger = desk.post("", "/desk/new/foresee", "class=environment&text=x").await;
    assert!(!stranger.status.is_success() && !stranger.body.contains("负责人"), "{}", stranger.status);
}

#[tokio::test]
async fn who_is_on_duty_begins_with_ones_own_post_and_open_doors() {
    let drawn = drawn();
    let desk = &drawn.desk;
    let counter = drawn.clerk_at_post().await;
    let beside = desk.get(&counter, "/desk").await.body;
    let at = |page: &str, name: &str| page.find(&format!("<strong>{name}</strong>"));
    assert!(at(&beside, "归雁警务站") < at(&beside, "桂花警务站"), "one's own first");

    let shut = drawn.posts[1];
    aside(|| {
        desk.world.act(move |cx| {
            let known = places::snapshot(cx)?;
            let post = known.post(shut).unwrap();
            let new = SavePost {
                id: Some(shut),
                tier: post.tier,
                code: post.code.clone(),
                name: post.name.clone(),
                parent: None,
                address: post.address.clone(),
                phone: post.phone.clone(),
                point: post.point,
                hours: "mon 03:00-03:01".parse().unwrap(),
                state: PostState::Running,
                serves: vec!["p2".into()],
                seen: Some(post.version),
            };
            save_posts(cx, &[new])
        });
    });
    let beside = desk.get(&counter, "/desk").await.body;
    assert!(at(&beside, "归雁警务站").is_none(), "a closed door is not in the short list");
    assert!(beside.contains("href=\"/desk/duty\"") && beside.contains("另外 1 处站室屋"), "{beside}");
    let open = desk.get(&counter, "/desk/duty").await.body;
    assert!(at(&open, "归雁警务站").is_none() && at(&open, "桂花警务站").is_some());
    let all = desk.get(&counter, "/desk/duty?all=1").await.body;
    assert!(at(&all, "归雁警务站") < at(&all, "桂花警务站") && all.contains("现在没开"), "{all}");
    let system = desk.sign_in(Role::SystemAdmin).await;
    assert_eq!(desk.get(&system, "/desk/duty").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn posts_have_a_map_beside_their_list_and_say_what_to_do_when_there_are_none() {
    let drawn = drawn();
    let boss = drawn.desk.sign_in(Role::Coordinator).await;
    let page = drawn.desk.get(&boss, "/desk/admin/posts").await.body;
    assert!(page.contains("data-posts=\"/desk/posts.geojson\""), "{page}");
    let shown = format!("data-show-post=\"{}\"", drawn.posts[0]);
    assert!(page.contains(&shown), "each name leads to its point: {page}");
    let points = drawn.desk.get(&boss, "/desk/posts.geojson").await.body;
    assert!(points.contains(&drawn.posts[0].to_string()));
    let unfound = drawn.desk.look_for(&boss, "/desk/admin/posts", "text=没有这站").await.body;
    assert!(unfound.contains("没有这样的站室屋"), "{unfound}");

    let empty = Desk::new();
    let boss = empty.sign_in(Role::Coordinator).await;
    let page = empty.get(&boss, "/desk/admin/posts").await.body;
    assert!(page.contains("mulin import posts") && !page.contains("data-map"), "{page}");
    let clerk = empty.sign_in(Role::Clerk).await;
    assert_eq!(empty.get(&clerk, "/desk/admin/posts").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_four_options_of_a_clock_are_explained_with_an_example() {
    let desk = Desk::new();
    let boss = desk.sign_in(Role::Coordinator).await;
    let form = desk.get(&boss, "/desk/admin/classes/dispute").await.body;
    for (option, example) in [
        ("name=\"time\" value=\"working_days\" checked", "下星期三 17:00 到期"),
        ("name=\"scope\" value=\"whole_case\"", "星期二 9:00 到期"),
        ("name=\"on_return\" value=\"accumulate\"", "11:00 到期"),
        ("name=\"urgency\" value=\"critical\"", "限 24 小时变 6 小时"),
    ] {
        assert!(form.contains(option) && form.contains(example), "{option} {example}");
    }
    // What is chosen is what is saved.
    let version = hidden(&form, "version");
    let typed = format!(
        "code=dispute&version={version}&name_zh=邻里纠纷&name_en=Dispute&family=non_police&route=committee&sign=2h&contact=24h\
         &handle=7d&verify=15d&time=calendar&scope=per_stage&on_return=accumulate&urgency=urgent&active=yes&published=no"
    );
    let saved = desk.post(&boss, "/desk/admin/classes/dispute", &typed).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    let form = desk.get(&boss, "/desk/admin/classes/dispute").await.body;
    for option in [
        "time\" value=\"calendar",
        "scope\" value=\"per_stage",
        "on_return\" value=\"accumulate",
        "urgency\" value=\"urgent",
    ] {
        assert!(form.contains(&format!("{option}\" checked")), "{option}");
    }
}
