//! The rules of the style, each with what it makes of a program.

use planout::{Dialect, format};

use super::{check, formatted, formatted_in};

#[test]
fn each_statement_has_a_line() {
    check(&[
        ("x=1;y  =\n2 ;", "x = 1;\ny = 2;"),
        ("x<-1;", "x = 1;"),
        ("return\ntrue", "return true;"),
        ("return true;", "return true;"),
        ("\u{a0}x\u{2003}=\t1\u{b};\u{2028}", "x = 1;"),
        ("return x return y", "return x;\nreturn y;"),
    ]);
    for nothing in ["", " ", "\n\n", "\u{feff}"] {
        assert_eq!(formatted(nothing), "");
    }
}

#[test]
fn one_blank_line_stays_between_statements() {
    check(&[
        ("\n\nx = 1;\n\n\n\ny = 2;\nz = 3;\n\n", "x = 1;\n\ny = 2;\nz = 3;"),
        ("if (a) {\n\n  x = 1;\n \t\n  y = 2;\n\n}", "if (a) {\n  x = 1;\n\n  y = 2;\n}"),
        ("x = [\n\n1,\n\n2\n\n];", "x = [1, 2];"),
    ]);
}

#[test]
fn lines_end_as_the_last_one_does() {
    let text = "x=1;\n\nif(a){y='a\nb';}\r\n";
    assert_eq!(formatted(text), "x = 1;\r\n\r\nif (a) {\r\n  y = 'a\nb';\r\n}\r\n");
    assert_eq!(formatted("x=1;\ny='\r\n';\n"), "x = 1;\ny = '\r\n';\n");
}

#[test]
fn blocks_stand_on_lines_of_their_own() {
    check(&[
        ("if(a){x=1;}", "if (a) {\n  x = 1;\n}"),
        ("if (a) {\n};", "if (a) {}"),
        (
            "if(a){x=1;}else if(b){if(c){y=1;}}else{z=1;}",
            "if (a) {\n  x = 1;\n} else if (b) {\n  if (c) {\n    y = 1;\n  }\n} else {\n  z = 1;\n}",
        ),
        ("if(a){}else{if(b){}}", "if (a) {} else {\n  if (b) {}\n}"),
        ("x={y=1;};", "x = {\n  y = 1;\n};"),
        ("x={};", "x = {};"),
        ("x=f({y=1;},2);", "x = f(\n  {\n    y = 1;\n  },\n  2\n);"),
        ("if(a)b", "if (a) b;"),
        ("if(a)b else{x=1;};", "if (a) b else {\n  x = 1;\n}"),
        ("if(a)b else if(c)d else e", "if (a) b else if (c) d else e;"),
        ("if(a){x=1;}[0]", "if (a) {\n  x = 1;\n}[0];"),
    ]);
}

#[test]
fn a_switch_has_a_line_for_each_case() {
    check(&[
        ("switch{}", "switch {}"),
        (
            "switch{a=>return 1;b=>if(c){x=1;};!d=>switch{};};",
            "switch {\n  a => return 1;\n  b => if (c) {\n    x = 1;\n  };\n  !d => switch {};\n}",
        ),
    ]);
}

#[test]
fn expressions_on_a_line() {
    check(&[
        ("x=a+b*c||!d??e;", "x = a + b * c || !d ?? e;"),
        ("x=f( );y=f( a , b );z=f( k = a , l=b );", "x = f();\ny = f(a, b);\nz = f(k=a, l=b);"),
        ("x=[ ];y=[1 ,2];z=[,1];", "x = [];\ny = [1, 2];\nz = [1];"),
        ("x=a [ 0 ] [f( )];", "x = a[0][f()];"),
        ("x=( ( a ) );", "x = ((a));"),
        ("x=- a;y=! ! a;z=!-a;w=a- -b;", "x = -a;\ny = !!a;\nz = !-a;\nw = a - -b;"),
        ("x=@ {'a' :1 , 'b':[ 1,- 2 ]};", "x = @{'a': 1, 'b': [1, -2]};"),
        ("x=@{,'a':1};y=@[,1];z=@{};", "x = @{'a': 1};\ny = @[1];\nz = @{};"),
        ("x=@{'a':1,'a':2,1:3,null:4};", "x = @{'a': 1, 'a': 2, 1: 3, null: 4};"),
        ("x=@ 'a';y=@true;z=@-'5';", "x = @'a';\ny = @true;\nz = @-'5';"),
        ("x=08+.5+1E3;", "x = 08 + .5 + 1E3;"),
        ("x=a< -b;", "x = a < -b;"),
        (r#"x="a\"b\n"+'\';"#, r#"x = "a\"b\n" + '\';"#),
        ("x\n=f\n(a)\n[\n0];", "x = f(a)[0];"),
    ]);
}

#[test]
fn a_sign_keeps_its_meaning() {
    let java = |text| formatted_in(text, Dialect::Planout4j);
    assert_eq!(java("x=-1*2;y=- 1*2;z=a -1;"), "x = -1 * 2;\ny = - 1 * 2;\nz = a - 1;\n");
    assert_eq!(java("x=f(+1,- -1,a+ +1,a--1);"), "x = f(+1, --1, a + +1, a - -1);\n");
    assert_eq!(java("x=-.5;y=@- 1;z=@+1;"), "x = -.5;\ny = @-1;\nz = @+1;\n");
    let python = |text| formatted_in(text, Dialect::Planout);
    assert_eq!(python("x=- 1;y=a -1;z=a- -1;"), "x = -1;\ny = a - 1;\nz = a - -1;\n");
}

#[test]
fn what_is_too_long_breaks_from_the_outside_in() {
    let name = "a_name_that_is_rather_long_so_that_few_of_them_fit_on_a_line";
    let long = |template: &str| template.replace('N', name);
    check(
        &[
            ("x = f(a=N, b=N);", "x = f(\n  a=N,\n  b=N\n);"),
            ("x = [N, [1, 2], N];", "x = [\n  N,\n  [1, 2],\n  N\n];"),
            ("x = [N, f(N, N)];", "x = [\n  N,\n  f(\n    N,\n    N\n  )\n];"),
            ("x = @{'N': {'N': 1}};", "x = @{\n  'N': {\n    'N': 1\n  }\n};"),
            ("x = N + 1 - N;", "x = N\n  + 1\n  - N;"),
            ("x = N * 2 + N * 2;", "x = N * 2\n  + N * 2;"),
            ("x = N * N + 2;", "x = N\n    * N\n  + 2;"),
            ("x = f(N && N);", "x = f(\n  N\n    && N\n);"),
            ("x = (N || N) && N;", "x = (\n    N\n    || N\n  )\n  && N;"),
            ("x = a[N + N];", "x = a[\n  N\n  + N\n];"),
            ("if (N && N) { x = 1; }", "if (\n  N\n  && N\n) {\n  x = 1;\n}"),
            ("if (f(N, N)) {}", "if (\n  f(\n    N,\n    N\n  )\n) {}"),
            ("x = - f(N, N);", "x = -f(\n  N,\n  N\n);"),
            ("return N != N;", "return N\n  != N;"),
        ]
        .map(|(before, after)| (&*long(before).leak(), &*long(after).leak())),
    );
}

#[test]
fn a_line_may_be_ninety_characters_long() {
    let at = |length: usize| format!("x = f(\"{}\", 1);", "é".repeat(length - 13));
    assert_eq!(formatted(&at(90)), format!("{}\n", at(90)));
    assert!(formatted(&at(91)).starts_with("x = f(\n"));
    // What cannot break stays as it is.
    let long = format!("x = \"{}\";\n", "a".repeat(100));
    assert_eq!(formatted(&long), long);
    // The semicolon counts, a comment does not.
    let text = format!("{}  # {}\n", at(90), "c".repeat(80));
    assert_eq!(formatted(&text), text);
}

#[test]
fn strings_of_several_lines_stay_as_they_are() {
    check(&[
        ("x=f(a='b\n    c\n\n d  ',e=1);", "x = f(a='b\n    c\n\n d  ', e=1);"),
        ("if(a){x=\"1\n2\";}", "if (a) {\n  x = \"1\n2\";\n}"),
    ]);
    let text = format!("x = f('{0}\n{0}', {0}, 1);", "a".repeat(50));
    assert!(formatted(&text).starts_with("x = f(\n"), "the second line is too long");
}

#[test]
fn what_is_wrong_is_not_formatted() {
    for text in ["x = ;", "x = 1", "if (a) {", "x = '", "x = 1e999;"] {
        let error = format::script(text, Dialect::Planout4j).expect_err(text);
        let format::FormatError::Invalid(problems) = error else { panic!("{text}: {error:?}") };
        assert_eq!(problems.len(), 1, "{text}: {problems:?}");
    }
}

#[test]
fn what_becomes_too_large_is_refused() {
    let nested = format!("x={}1{};", "[".repeat(190), "]".repeat(190));
    let error = format::script(&nested.repeat(500), Dialect::Planout4j);
    let Err(format::FormatError::Invalid(problems)) = error else { panic!("{error:?}") };
    assert_eq!(problems[0].code.as_str(), "P0101");
}

/// The deepest and the longest programs there are, on a stack as small as a service may have.
#[test]
fn the_limits_fit_on_a_small_stack() {
    let run = || {
        for dialect in [Dialect::Planout4j, Dialect::Planout] {
            for (open, close) in [("(", ")"), ("[", "]"), ("f(k=", ")"), ("!", ""), ("- ", "")] {
                let nested = format!("x = {}a{};", open.repeat(199), close.repeat(199));
                assert!(formatted_in(&nested, dialect).contains('a'));
            }
            let blocks = format!("{}{}", "if (a) {".repeat(199), "}".repeat(199));
            assert!(formatted_in(&blocks, dialect).ends_with("}\n"));
            let literal = format!("x = @{}{};", "{'k': [".repeat(99), "]}".repeat(99));
            assert!(formatted_in(&literal, dialect).contains('k'));
            for chain in [" + b", " * b", " == b", "[0]"] {
                let chain = format!("x = a{};", chain.repeat(1200));
                assert!(formatted_in(&chain, dialect).contains('a'));
            }
        }
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(run);
    thread.expect("a thread").join().expect("no overflow");
}
