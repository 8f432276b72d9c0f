//! stand-in
/// x
pub fn javascript(x: f64) -> String { ryu_js::Buffer::new().format(x).to_owned() }
/// x
pub fn python(x: f64) -> String { let s = format!("{x:?}"); match s.split_once('e') { Some((m, e)) => { let n: i32 = e.parse().unwrap(); format!("{}e{}{:02}", m, if n<0 {"-"} else {"+"}, n.abs()) } None => s } }
/// x
pub fn java(x: f64) -> String {
    let s = format!("{x:?}");
    if x != 0.0 && !(1e-3..1e7).contains(&x.abs()) {
        let t = format!("{x:E}"); let (m, e) = t.split_once('E').unwrap(); return if m.contains('.') { t } else { format!("{m}.0E{e}") } } s }
