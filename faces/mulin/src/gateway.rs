//! Locators in the running server: starts the gateway beside the pages, and shows the pages who called there.

use anyhow::Context as _;
use gateway::{Gateway, Settings, View};
use kernel::ids::DistrictId;
use std::sync::{Arc, OnceLock};
use store::Runtime;

/// A gateway that is to be started with the server.
pub(crate) struct Wanted {
    settings: Settings,
    callers: Arc<Callers>,
}

/// Who called and is not known; nobody before the gateway runs.
#[derive(Default)]
struct Callers(OnceLock<View>);

impl web::Strangers for Callers {
    fn strangers(&self) -> Vec<web::Stranger> {
        let unknown = self.0.get().map(View::unknown).unwrap_or_default();
        let shown = |s: gateway::Stranger| web::Stranger {
            number: s.device.as_str().to_owned(),
            protocol: s.protocol,
            first: s.first,
            last: s.last,
            frames: s.frames,
        };
        unknown.into_iter().map(shown).collect()
    }
}

impl Wanted {
    /// `None`: locators are switched off.
    pub(crate) fn of(settings: &Settings) -> Option<Self> {
        (!settings.is_off()).then(|| Self { settings: settings.clone(), callers: Arc::default() })
    }

    /// For the administrator's page.
    pub(crate) fn strangers(&self) -> Arc<dyn web::Strangers> {
        Arc::<Callers>::clone(&self.callers)
    }

    pub(crate) async fn start(self, rt: &Runtime, district: DistrictId) -> anyhow::Result<Gateway> {
        let gateway = Gateway::of_district(rt, district, self.settings).await.context("locators")?;
        let _ = self.callers.0.set(gateway.view());
        for port in gateway.listening() {
            tracing::info!(protocol = port.protocol.name(), address = %port.address, tls = port.tls, "locators are listened to");
        }
        Ok(gateway)
    }
}
