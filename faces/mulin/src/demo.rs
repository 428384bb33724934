//! `mulin demo`: the invented district, served like a real one, with a clock that tests may move.

use crate::channels::{Push, Relay, Sms};
use crate::config::{Config, Mail};
use crate::open::MIGRATIONS;
use crate::{clock, gateway, handlers, serve, start_timers};
use ::demo::simulate::live::Live;
use kernel::{Clock as _, SystemClock};
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(crate) fn run(config: Config, data: Option<&Path>, args: ::demo::run::Args) -> anyhow::Result<()> {
    if let Some(file) = &args.streets {
        return ::demo::run::write_streets(file, &mut std::io::stdout());
    }
    let socket = std::env::var("MULIN_CLOCK").ok();
    // A clock that is to be moved must first stand still.
    let now = args.now.or_else(|| socket.as_ref().map(|_| SystemClock.now()));
    let data = data.map_or_else(|| PathBuf::from(::demo::run::DEFAULT_DATA), Path::to_path_buf);
    let mut out = std::io::stdout();
    // The invented past sends no mail, whatever the configuration says.
    let quiet = Config {
        mail: Mail::default(),
        sms: Sms::default(),
        relay: Relay::default(),
        robots: Vec::new(),
        push: Push::default(),
        ..config.clone()
    };
    let past = handlers(&quiet)?;
    let demo = ::demo::run::open(&data, now, MIGRATIONS, &past, &mut out)?;
    let listener = serve::bind(&args.listen)?;
    let base = format!("http://{}", shown(listener.local_addr()?));
    let mut site = config.site.clone();
    let mut audit = config.audit.clone();
    audit.anchors = data.join("anchors");
    site.public_url.clone_from(&base);
    let config = Config { site, audit, ..config };
    let handlers = Arc::new(handlers(&config)?);
    start_timers(&demo.rt, demo.district)?;
    let _worker = store::jobs::Worker::start(demo.rt.clone(), demo.district, Arc::clone(&handlers))?;
    let gate = here(&data);
    let walkers = clock::Walkers { live: Arc::default(), spool: gate.spool.clone() };
    if let (Some(socket), Some(hands)) = (socket, demo.clock.clone()) {
        clock::listen(&socket, hands, demo.rt.clone(), demo.district, handlers, walkers.clone())?;
    }
    let push = config.push.read()?;
    let receipts = config.sms.gateway()?.and_then(|sms| sms.receipts);
    let providers = config.providers()?;
    let relay = config.relay_provider()?;
    let app = web::App::new(demo.rt.clone(), demo.district, config.site)
        .with_map(&config.map)?
        .with_receipts(receipts)
        .with_push(push);
    let app = app.with_relay(relay).with_providers(providers, &config.outgoing.allow);
    let locators = gateway::Wanted::of(&gate);
    let app = app.with_strangers(locators.as_ref().map(gateway::Wanted::strangers));
    let (seeded, rt, stands) = (demo.seeded, demo.rt.clone(), demo.clock.is_some());
    // Where the clock stands and no socket moves it, nobody else holds the elders: they end with the program, off its threads.
    let _stay = walkers.clone();
    serve::run(app, listener, &config.admin_listen, locators, move |ports| {
        let doors: Vec<_> = ports.iter().map(|p| (p.protocol, p.address)).collect();
        // Off the server's threads: elders have threads of their own.
        let live = std::thread::scope(|scope| scope.spawn(|| Live::of_demo(&rt, &seeded, &doors)).join());
        let live = live.map_err(|_| anyhow::anyhow!("the elders of the demo cannot walk"))??;
        if !stands {
            live.follow(Arc::clone(rt.clock()))?;
        }
        let _ = walkers.live.set(live);
        if let Some(file) = &args.links {
            let ports: Vec<_> = ports.iter().map(|p| (p.protocol, p.address.port())).collect();
            ::demo::run::write_links(file, &base, &seeded, &ports)?;
        }
        ::demo::run::greet(&mut out, &base, &seeded)?;
        Ok(out.flush()?)
    })
}

/// The demo's gateway: this machine only, on ports that are free. Everybody calls from one address, and as fast as they like.
fn here(data: &Path) -> ::gateway::Settings {
    let settings = ::gateway::Settings::default();
    ::gateway::Settings {
        bind: "127.0.0.1".to_owned(),
        spool: data.join("spool"),
        free_ports: true,
        strangers: settings.connections,
        connections_per_address: 20_000,
        arrivals_per_address: 5_000,
        ..settings
    }
}

/// An address that a browser on this machine can open.
fn shown(address: SocketAddr) -> String {
    if address.ip().is_unspecified() { format!("127.0.0.1:{}", address.port()) } else { address.to_string() }
}
