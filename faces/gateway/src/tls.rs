//! The certificate of the ports inside TLS.

use crate::{Error, Settings};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;

/// Reads certificate and key of the settings.
pub(crate) fn acceptor(settings: &Settings) -> Result<TlsAcceptor, Error> {
    let wrong = |path: &std::path::Path, why: String| Error::Tls { path: path.display().to_string(), why };
    let chain = CertificateDer::pem_file_iter(&settings.tls_certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|e| wrong(&settings.tls_certificate, e.to_string()))?;
    let key = PrivateKeyDer::from_pem_file(&settings.tls_key).map_err(|e| wrong(&settings.tls_key, e.to_string()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|e| wrong(&settings.tls_certificate, e.to_string()))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
