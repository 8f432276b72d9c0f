//! Tests of your own namespaces: a team would keep them in its repository, and run them beside
//! `planout check`.
//!
//! ```sh
//! cargo test --example own_tests
//! ```

fn main() {
    println!("run these by `cargo test --example own_tests`");
}

#[cfg(test)]
mod tests {
    use planout::catalog::{self, Loaded};

    use planout::store::Directory;
    use planout::{Catalog, Dialect, Map, Namespace, Value, lint};

    /// The folder of the namespaces.
    const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/sample-namespaces");

    fn catalog() -> Catalog {
        Catalog::load(FOLDER, Dialect::Planout4j).unwrap_or_else(|error| panic!("{error}"))
    }

    fn unit(namespace: &Namespace, unit: impl Into<Value>) -> Map {
        Map::from_iter([(namespace.unit().to_owned(), unit.into())])
    }

    #[test]
    fn nothing_is_wrong_with_any_namespace() {
        let source = Directory::new(FOLDER);
        let mut namespaces = catalog::read(&source, Dialect::Planout4j).expect("a folder");
        lint::check(&mut namespaces, &lint::Settings::default());
        let reports = namespaces.iter().map(Loaded::report).filter(|it| !it.diagnostics.is_empty());
        let problems: Vec<_> = reports.map(|report| report.to_string()).collect();
        assert!(problems.is_empty(), "{}", problems.join("\n"));
    }

    #[test]
    fn a_known_user_sees_what_was_promised() {
        let catalog = catalog();
        let namespace = catalog.get("test_ns").expect("it is ours");
        let inputs = unit(namespace, "123");
        let assignment = namespace.assign(&inputs).expect("an assignment");
        assert_eq!(assignment.experiment, Some("Group_Goals.run_2"));
        assert_eq!(assignment.params.int("ratings_goal", 0), 8);
    }

    #[test]
    fn half_of_all_users_are_in_the_experiment_and_its_colors_are_even() {
        let catalog = catalog();
        let namespace = catalog.get("button_color").expect("it is ours");
        let (mut exposed, mut green) = (0, 0);
        for number in 0..10_000 {
            let inputs = unit(namespace, number);
            let assignment = namespace.assign(&inputs).expect("an assignment");
            if assignment.experiment.is_some() {
                exposed += 1;
                green += u32::from(assignment.params.string("color", "") == "#1a936f");
            }
        }
        assert!((4800..5200).contains(&exposed), "{exposed}");
        assert!((exposed * 47..exposed * 53).contains(&(green * 100)), "{green} of {exposed}");
    }

    #[test]
    fn a_script_that_fails_for_nobody() {
        let catalog = catalog();
        for namespace in &catalog {
            for number in 0..1000 {
                let mut inputs = unit(namespace, number);
                for other in ["sourceid", "storyid", "viewerid"] {
                    inputs.insert(other.to_owned(), Value::from(number % 7));
                }
                if let Err(error) = namespace.assign(&inputs) {
                    panic!("{number}: {}", planout::diagnostic::with_causes(&error));
                }
            }
        }
    }
}
