//! How fast indicators are found, per kind of text. Run with `cargo bench -p ascribe-intel`.

use ascribe_intel::indicators::{in_bytes, scan};
use divan::counter::BytesCount;

fn main() {
    divan::main();
}

const PROSE: &str = "The intruders came back on the Tuesday after the holiday, when fewer people were watching the screens. \
    They copied what they found to a host abroad, waited, and left by the same way. Nobody saw it until the mail arrived. ";
const REPORT: &str = "Beacons went to hxxp://cdn[.]update-check[.]net/gate.php and to 203.0.113.77:8443; the loader \
    (sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08) exploits CVE-2014-6332, T1059.003. Write to abuse@example.org. ";
const LOG: &str = "1416787200.123456\tCHhAvVGS1DHFjwGM9\t192.0.2.14\t49182\t198.51.100.9\t443\ttcp\tssl\t12.250\t1840\t99213\tSF\tT\tF\t0\tShADadFf\n\
    2014-11-24T09:00:01Z proxy01 GET http://www.example.com/index.html?id=12 200 5120 \"Mozilla/5.0 (Windows NT 6.1; rv:33.0)\"\n";
const CODE: &str = "for (int i = 0; i < node.children.length; ++i) { self.name = std::string(obj.value().to_string()); ctx.data[i] = foo.bar(baz); }\n";

fn text(of: &str) -> String {
    of.repeat((4 << 20) / of.len())
}

#[divan::bench(args = ["prose", "report", "log", "code"])]
fn text_of_kind(bencher: divan::Bencher<'_, '_>, kind: &str) {
    let text = text(match kind {
        "prose" => PROSE,
        "report" => REPORT,
        "log" => LOG,
        _ => CODE,
    });
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| scan(divan::black_box(&text)).len());
}

#[divan::bench]
fn raw_bytes(bencher: divan::Bencher<'_, '_>) {
    let mut bytes = Vec::new();
    let mut state = 1u32;
    while bytes.len() < 4 << 20 {
        // Noise as in code and tables, with a string here and there.
        for _ in 0..4000 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            bytes.push(state.to_be_bytes()[0]);
        }
        bytes.extend_from_slice(REPORT.as_bytes());
        bytes.push(0);
        bytes.extend(REPORT.encode_utf16().flat_map(u16::to_le_bytes));
    }
    bencher
        .counter(BytesCount::of_slice(&bytes))
        .bench(|| in_bytes(divan::black_box(&bytes)).len());
}
