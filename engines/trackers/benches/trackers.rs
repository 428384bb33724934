//! What a frame costs, by protocol: fed whole, as it comes off a socket, the reading taken and the reply made. `cargo bench -p trackers`.

use divan::{Bencher, black_box, counter::ItemsCount};
use kernel::Moment;
use trackers::{Options, Protocol, Reading, Session, http};

fn main() {
    divan::main();
}

/// Frames like those of real devices, from the sample files.
const WATCH_PLAIN: &[&[u8]] = &[
    b"[3G*9031853319*004E*UD2,220322,055105,A,22.761162,N,114.360192,E,0,0,47,14,100,64,0,0,00000008,0,0]",
    b"[3G*8800000015*000D*LK,50,100,100]",
    b"[SG*8800000015*0088*UD2,220414,134652,A,22.571707,N,113.8613968,E,0.1,0.0,100,7,60,90,1000,50,0000,4,1,460,0,9360,4082,131,9360,4092,148,9360,4091,143,9360,4153,141]",
];
const WATCH_WIFI: &[&[u8]] = &[
    b"[3G*4700222306*011F*UD2,120316,140444,A,48.779045,N, 9.1574736,E,0.57,12.8,0.0,7,28,77,0,0,00000000,2,2,262,1,21041,9067,121,21041,5981,116,5,WG-Superlativ,34:31:c4:c8:a9:22,-67,EasyBox-28E858,18:83:bf:28:e8:f4,-70,MoMaXXg,be:05:43:b7:19:15,-72,MoMaXX2,bc:05:43:b7:19:15,-72,Gastzugang,18:83:bf:28:e8:f5,-72]",
];
const H02: &[&[u8]] = &[
    b"*HQ,4106012736,V1,224434,A,1827.3855,N,06705.7577,W,000.00,000,100117,FFFFFBFF,310,260,49101,1753,5#",
    b"*HQ,2705171109,V1,213324,A,5002.5849,N,01433.7822,E,0.00,000,140613,FFFFFFFF#",
    b"\x24\x91\x80\x27\x11\x80\x08\x50\x24\x05\x12\x19\x23\x50\x14\x32\x06\x09\x02\x49\x75\x8e\x00\x00\x01\xff\xff\xbb\xff\x00\xbd\xf0",
];
const TK103: &[&[u8]] = &[
    b"(088048003342BP05354188048003342150917A1352.9801N10030.9050E000.0103115265.5600010000L000003F9)",
    b"(864768011069660,ZC17,250517,A,3211.7118N,03452.8086E,0.68,115525,208.19,64.50,9)",
];
const GPS103: &[&[u8]] = &[
    b"imei:359587010124900,tracker,0809231929,13554900601,F,112909.397,A,2234.4669,N,11354.3287,E,0.11,321.53,;",
    b"359586015829802;",
];
const GT06: &[&str] = &[
    "78781f120f0a140e150bc505e51e780293a9e800540000f601006e0055da00035f240d0a",
    "787822220f0c1d023305c9027ac8180c46586000140001cc00287d001f71000001000820860d0a",
    "787825160f0c1d0a2b21c8027ac8040c46581000146f0901cc00287d001f714804040301001c84cf0d0a",
    "78780a13c40604000201298f5b0d0a",
];
const JT808: &[&str] = &[
    "7e02000048051160004464000d00000000000c00020159885e06cbf34400000000000020080718072201040000000130011c310109e4020063e50100e60100e7080000000000000000ee0a01cc01262c009a6743001e7e",
    "7e0200002a013833501744001900000000000000c201597fa806cc01580080000000081508180721210104000002f502020000030200009f7e",
    "7e0002000004304832546500b7ca7e",
];

fn unhex(frames: &[&str]) -> Vec<Vec<u8>> {
    let one = |hex: &str| {
        let digits: Vec<u8> = hex.bytes().filter_map(|b| char::from(b).to_digit(16).map(|d| d as u8)).collect();
        digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, d| byte << 4 | d)).collect()
    };
    frames.iter().map(|hex| one(hex)).collect()
}

fn stream(bencher: Bencher<'_, '_>, protocol: Protocol, frames: &[Vec<u8>]) {
    let now = Moment::from_micros(1_795_849_200_000_000);
    let mut session = Session::new(protocol, &Options::default());
    bencher.counter(ItemsCount::new(frames.len())).bench_local(move || {
        for frame in frames {
            session.feed(black_box(frame), now, &mut |reading| {
                black_box(reading);
            });
        }
    });
}

fn text(frames: &[&[u8]]) -> Vec<Vec<u8>> {
    frames.iter().map(|f| f.to_vec()).collect()
}

#[divan::bench(sample_size = 1_000)]
fn watch(bencher: Bencher<'_, '_>) {
    stream(bencher, Protocol::Watch, &text(WATCH_PLAIN));
}

#[divan::bench(sample_size = 1_000)]
fn watch_with_five_access_points(bencher: Bencher<'_, '_>) {
    stream(bencher, Protocol::Watch, &text(WATCH_WIFI));
}

#[divan::bench(sample_size = 1_000)]
fn gt06(bencher: Bencher<'_, '_>) {
    stream(bencher, Protocol::Gt06, &unhex(GT06));
}

#[divan::bench(sample_size = 1_000)]
fn h02(bencher: Bencher<'_, '_>) {
    stream(bencher, Protocol::H02, &text(H02));
}

#[divan::bench(sample_size = 1_000)]
fn jt808(bencher: Bencher<'_, '_>) {
    stream(bencher, Protocol::Jt808, &unhex(JT808));
}

#[divan::bench(sample_size = 1_000)]
fn tk103(bencher: Bencher<'_, '_>) {
    stream(bencher, Protocol::Tk103, &text(TK103));
}

#[divan::bench(sample_size = 1_000)]
fn gps103(bencher: Bencher<'_, '_>) {
    stream(bencher, Protocol::Gps103, &text(GPS103));
}

#[divan::bench(sample_size = 1_000)]
fn osmand(bencher: Bencher<'_, '_>) {
    let now = Moment::from_micros(1_795_849_200_000_000);
    let mut reading = Reading::default();
    let target =
        "/?id=902064&lat=42.06288&lon=-88.23412&timestamp=1774681200&hdop=6.0&altitude=224.0&speed=0.0&batt=87";
    bencher.counter(ItemsCount::new(1_usize)).bench_local(move || {
        http::osmand(black_box(target), None, None, b"", now, &mut reading);
        black_box(&reading);
    });
}

#[divan::bench(sample_size = 1_000)]
fn osmand_json(bencher: Bencher<'_, '_>) {
    let now = Moment::from_micros(1_795_849_200_000_000);
    let mut reading = Reading::default();
    let body = br#"{"location":{"event":"motionchange","is_moving":false,"uuid":"0e9a2473-a9a7-4c00-997b-fb97d2154e75","timestamp":"2021-07-21T08:06:34.444Z","odometer":0,"coords":{"latitude":-6.1148096,"longitude":106.6837015,"accuracy":3.8,"speed":18.67,"speed_accuracy":0.26,"heading":63,"heading_accuracy":0.28,"altitude":35.7,"altitude_accuracy":3.8},"activity":{"type":"still","confidence":100},"battery":{"is_charging":false,"level":0.79},"extras":{}},"device_id":"8737767034"}"#;
    bencher.counter(ItemsCount::new(1_usize)).bench_local(move || {
        http::osmand("/", Some("application/json"), None, black_box(body), now, &mut reading);
        black_box(&reading);
    });
}

#[divan::bench(sample_size = 1_000)]
fn owntracks(bencher: Bencher<'_, '_>) {
    let now = Moment::from_micros(1_795_849_200_000_000);
    let mut reading = Reading::default();
    let body = br#"{"_type":"location","acc":15,"alt":440,"batt":46,"conn":"w","lat":46.0681247,"lon":11.1512805,"t":"u","tid":"5t","tst":1551874878,"vac":2,"vel":0}"#;
    bencher.counter(ItemsCount::new(1_usize)).bench_local(move || {
        http::owntracks("/pub", None, None, black_box(body), now, &mut reading);
        black_box(&reading);
    });
}
