//! What the gateway is compared with: an echo that does nothing, and mosquitto where it is installed.

use super::callers::{self, Answer, Plan};
use super::cpu;
use super::town::Device;
use anyhow::Context as _;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// A runtime whose threads have this name.
pub(super) fn runtime(name: &str) -> anyhow::Result<tokio::runtime::Runtime> {
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    // The load of all devices comes from one thread; more would only take the processor from what is measured.
    let threads = if name == "bench-load" { 1 } else { threads };
    Ok(tokio::runtime::Builder::new_multi_thread().worker_threads(threads).thread_name(name).enable_all().build()?)
}

/// Sends back what comes.
pub(super) struct Echo {
    _runtime: tokio::runtime::Runtime,
    address: SocketAddr,
}

impl Echo {
    pub(super) fn start() -> anyhow::Result<Self> {
        let runtime = runtime("bench-echo")?;
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let address = listener.local_addr()?;
        runtime.spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let _ = stream.set_nodelay(true);
                tokio::spawn(async move {
                    let mut buffer = vec![0; 4_096];
                    while let Ok(got @ 1..) = stream.read(&mut buffer).await {
                        if stream.write_all(buffer.get(..got).unwrap_or_default()).await.is_err() {
                            break;
                        }
                    }
                });
            }
        });
        Ok(Self { _runtime: runtime, address })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

/// Stopped when it is dropped.
struct Broker(Child);

impl Drop for Broker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Microseconds of a message of QoS 1 with the same bytes; `None`: it is not installed.
pub(super) fn mosquitto(dir: &Path, devices: &[Device], warm: Plan, plan: Plan) -> anyhow::Result<Option<f64>> {
    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let file = dir.join("mosquitto.conf");
    std::fs::write(&file, format!("listener {port} 127.0.0.1\nallow_anonymous true\nlog_dest none\n"))?;
    let paths = std::env::var("PATH").unwrap_or_default();
    let program = paths.split(':').chain(["/usr/sbin"]).map(|p| Path::new(p).join("mosquitto")).find(|p| p.exists());
    let Some(program) = program else { return Ok(None) };
    let started = Command::new(program).arg("-c").arg(&file).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let broker = Broker(started.context("mosquitto")?);
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let begin = Instant::now();
    while TcpStream::connect(address).is_err() {
        anyhow::ensure!(begin.elapsed() < Duration::from_secs(10), "mosquitto does not answer");
        std::thread::sleep(Duration::from_millis(50));
    }
    callers::run(devices, &|_| address, warm, Answer::Mqtt)?;
    let before = cpu::of_process(broker.0.id());
    let sent = callers::run(devices, &|_| address, plan, Answer::Mqtt)?;
    Ok(Some(super::micros(cpu::of_process(broker.0.id()).saturating_sub(before), sent.frames)))
}

/// CONNECT of MQTT 3.1.1: a clean session, an hour of silence allowed.
pub(super) fn mqtt_connect(client: &str) -> Vec<u8> {
    let mut body = vec![0, 4, b'M', b'Q', b'T', b'T', 4, 2, 0x0e, 0x10, 0];
    body.push(u8::try_from(client.len()).unwrap_or(0));
    body.extend_from_slice(client.as_bytes());
    packet(0x10, &body)
}

/// PUBLISH with QoS 1 to the topic `fix`.
pub(super) fn mqtt_publish(bytes: &[u8]) -> Vec<u8> {
    let mut body = vec![0, 3, b'f', b'i', b'x', 0, 1];
    body.extend_from_slice(bytes);
    packet(0x32, &body)
}

/// Head, length of seven bits a byte, body.
fn packet(head: u8, body: &[u8]) -> Vec<u8> {
    let mut out = vec![head];
    let mut len = body.len();
    loop {
        let low = (len & 0x7f) as u8;
        len >>= 7;
        out.push(if len > 0 { low | 0x80 } else { low });
        if len == 0 {
            break;
        }
    }
    out.extend_from_slice(body);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_have_seven_bits_a_byte() {
        assert_eq!(packet(0x32, &[7; 3]), [0x32, 3, 7, 7, 7]);
        let long = packet(0x32, &[7; 321]);
        assert_eq!(long.get(..3), Some([0x32, 0xc1, 0x02].as_slice()));
        assert_eq!(mqtt_connect("ab").len(), 2 + 12 + 2);
    }
}
