//! Encrypted connections to PostgreSQL, asked for in the URL in the words of libpq.
//!
//! `?sslmode=verify-full&sslrootcert=FILE`: TLS, and the server must prove with a certificate signed by FILE that it is the
//! host of the URL. `verify-ca` and `require` mean the same here, which is stricter than libpq: an encrypted connection
//! to nobody in particular protects nothing. Without `sslmode`, or with `disable`, the connection is plain.

use crate::Error;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use std::path::Path;
use std::sync::Arc;
use tokio_postgres_rustls::MakeRustlsConnect;

/// What the URL says about encryption, apart from the rest of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    /// For the driver, which does not know `sslrootcert`.
    pub url: String,
    /// File with the certificates that sign servers; `None` for a plain connection.
    pub roots: Option<String>,
}

pub(crate) fn asked(url: &str) -> Result<Asked, Error> {
    let (address, query) = url.split_once('?').unwrap_or((url, ""));
    let (mut mode, mut roots, mut rest) = ("disable", None, Vec::new());
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("sslmode", value)) => mode = value,
            Some(("sslrootcert", value)) => roots = Some(value.replace("%2F", "/").replace("%2f", "/")),
            _ => rest.push(pair),
        }
    }
    let encrypted = match mode {
        "disable" => false,
        "require" | "verify-ca" | "verify-full" => true,
        other => {
            let why = format!("sslmode={other} is not known; use disable, or verify-full with sslrootcert=FILE");
            return Err(Error::Setup(why));
        }
    };
    if encrypted && roots.is_none() {
        let why = "an encrypted connection needs sslrootcert=FILE, the certificate that signs the server's, in the database URL";
        return Err(Error::Setup(why.into()));
    }
    rest.push(if encrypted { "sslmode=require" } else { "sslmode=disable" });
    Ok(Asked { url: format!("{address}?{}", rest.join("&")), roots: roots.filter(|_| encrypted) })
}

/// Trusts the certificates in a PEM file and nothing else.
pub(crate) fn connector(roots: &str) -> Result<MakeRustlsConnect, Error> {
    let failed = |why: String| Error::Setup(format!("sslrootcert {roots}: {why}"));
    let mut store = RootCertStore::empty();
    for cert in CertificateDer::pem_file_iter(Path::new(roots)).map_err(|e| failed(e.to_string()))? {
        store.add(cert.map_err(|e| failed(e.to_string()))?).map_err(|e| failed(e.to_string()))?;
    }
    if store.is_empty() {
        return Err(failed("holds no certificate".into()));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|e| failed(e.to_string()))?.with_root_certificates(store).with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_url_is_read_as_libpq_reads_it() {
        let plain = asked("postgres://u@h/n?connect_timeout=3").unwrap();
        assert_eq!(plain, Asked { url: "postgres://u@h/n?connect_timeout=3&sslmode=disable".into(), roots: None });
        let full = asked("postgres://u@h/n?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem").unwrap();
        assert_eq!(full, Asked { url: "postgres://u@h/n?sslmode=require".into(), roots: Some("/etc/ca.pem".into()) });
        assert!(asked("postgres://u@h/n?sslmode=require").unwrap_err().to_string().contains("sslrootcert=FILE"));
        assert!(asked("postgres://u@h/n?sslmode=maybe").unwrap_err().to_string().contains("verify-full"));
    }

    #[test]
    fn a_file_without_certificates_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let path = file.path().to_str().unwrap();
        assert!(connector(path).err().unwrap().to_string().contains("holds no certificate"));
        assert!(connector("/nonexistent/ca.pem").is_err());
    }
}
