//! Comments in every place where one can stand.

use super::check;

#[test]
fn comments_between_statements() {
    check(&[
        ("#a\nx=1;", "#a\nx = 1;"),
        ("\n\n# a  \n\n\n# b\nx=1;", "# a\n\n# b\nx = 1;"),
        ("x=1;# a\ny=1; # b", "x = 1;  # a\ny = 1;  # b"),
        ("x=1;\n\n # a\n\ny=1;\n# end\n\n# of all\n", "x = 1;\n\n# a\n\ny = 1;\n# end\n\n# of all"),
        ("# only", "# only"),
        ("x = 1;\r# a\ry = 1;\u{2028}\n# b", "x = 1;\n# a\ny = 1;\n\n# b"),
    ]);
}

#[test]
fn comments_in_blocks() {
    check(&[
        ("if(a){# a\nx=1;}", "if (a) {  # a\n  x = 1;\n}"),
        ("if(a){\n# a\nx=1;\n# b\n}", "if (a) {\n  # a\n  x = 1;\n  # b\n}"),
        ("if(a){# a\n}", "if (a) {  # a\n}"),
        ("if(a){\n\n# a\n\n}", "if (a) {\n  # a\n}"),
        ("if(a){\n\n# a\n\nx=1;\n\n# b\n\n}", "if (a) {\n  # a\n\n  x = 1;\n\n  # b\n}"),
        ("if(a){x=1;# a\n}# b", "if (a) {\n  x = 1;  # a\n}  # b"),
        ("switch{# a\na=>return 1;# b\n# c\n}", "switch {  # a\n  a => return 1;  # b\n  # c\n}"),
    ]);
}

#[test]
fn comments_around_the_parts_of_an_if() {
    check(&[
        ("if(a)# a\n{x=1;}", "if (a) {  # a\n  x = 1;\n}"),
        ("if(a)\n# a\n{# b\nx=1;}", "if (a) {\n  # a\n  # b\n  x = 1;\n}"),
        ("if(a){}\n# a\nelse{}", "if (a) {}\n# a\nelse {}"),
        ("if(a){} # a\nelse# b\n{}", "if (a) {}  # a\nelse {  # b\n}"),
        ("if(a){}else# a\nif(b){}", "if (a) {}  # a\nelse if (b) {}"),
        ("if# a\n(a){}", "if (  # a\n  a\n) {}"),
        ("if(# a\na# b\n){}", "if (  # a\n  a  # b\n) {}"),
        ("if(a)# a\nb", "if (a)  # a\n  b;"),
        ("if(a)b# a\nelse c# b\n", "if (a) b  # a\nelse c;  # b"),
    ]);
}

#[test]
fn comments_in_statements() {
    check(&[
        ("x# a\n=1;", "x =  # a\n  1;"),
        ("x=# a\n1;", "x =  # a\n  1;"),
        ("x=\n# a\n1;", "x =\n  # a\n  1;"),
        ("x=1# a\n;", "x = 1;  # a"),
        ("x=1\n# a\n;y=1;", "x = 1;\n# a\ny = 1;"),
        ("return# a\n1", "return  # a\n  1;"),
        ("return 1# a\n;# b\nx=1;", "return 1;  # a\n# b\nx = 1;"),
        (
            "switch# a\n{b# c\n=># d\nreturn 1# e\n;}",
            "switch {  # a\n  b =>  # c\n    # d\n    return 1;  # e\n}",
        ),
    ]);
}

#[test]
fn comments_in_expressions_break_them() {
    check(&[
        ("x=[1,# one\n2# two\n];", "x = [\n  1,  # one\n  2  # two\n];"),
        ("x=[1# one\n,2];", "x = [\n  1,  # one\n  2\n];"),
        ("x=[\n# one\n1,\n# two\n2\n# end\n];", "x = [\n  # one\n  1,\n  # two\n  2\n  # end\n];"),
        ("x=[# a\n];", "x = [  # a\n];"),
        ("x=[\n# a\n];", "x = [\n  # a\n];"),
        ("x=f(# a\n);y=f# b\n();", "x = f(  # a\n);\ny = f(  # b\n);"),
        ("x=f(a# a\n=# b\n1);", "x = f(\n  a=  # a\n    # b\n    1\n);"),
        ("x=@{# a\n'k'# b\n:# c\n1# d\n};", "x = @{  # a\n  'k':  # b\n    # c\n    1  # d\n};"),
        ("x=@[# a\n{'k':1},# b\n{}];", "x = @[  # a\n  {'k': 1},  # b\n  {}\n];"),
        ("x=a+# a\nb# b\n+c;# c", "x = a  # a\n  + b  # b\n  + c;  # c"),
        ("x=a+\n# b\nb;", "x = a\n  # b\n  + b;"),
        ("x=a# a\n[# b\n0# c\n];", "x = a[  # a\n  # b\n  0  # c\n];"),
        ("x=(# a\na);", "x = (  # a\n  a\n);"),
        ("x=-# a\na;y=!# b\na;", "x = -  # a\n  a;\ny = !  # b\n  a;"),
        ("x=@# a\n1;", "x = @  # a\n  1;"),
        ("x=[,# a\n1];", "x = [  # a\n  1\n];"),
        ("x=f([1, 2], # a\n[3]);", "x = f(\n  [1, 2],  # a\n  [3]\n);"),
        ("x = {# a\ny = 1;\n};", "x = {  # a\n  y = 1;\n};"),
        ("x = # a\n{y = 1;};", "x = {  # a\n  y = 1;\n};"),
        ("x=# a\na+b;", "x =  # a\n  a + b;"),
        ("x = # a\nf(# b\n1);", "x =  # a\n  f(  # b\n    1\n  );"),
        ("x=@# a\n-# b\n1;", "x = @  # a\n  -  # b\n  1;"),
    ]);
}
