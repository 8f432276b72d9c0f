//! The sum of all paths through a script.

use indexmap::IndexMap;

use super::shares::Distribution;
use super::{Counted, Obstacle};

/// A distribution, or the reason why it is not known.
pub(super) type Found = Result<Distribution, Obstacle>;

/// The sum over paths, each weighted by its probability.
#[derive(Debug)]
pub(super) struct Shares {
    /// The probability of the counted paths.
    pub(super) counted: Result<f64, Obstacle>,
    pub(super) params: IndexMap<String, Found>,
    /// The reason why a path fails, if any does.
    pub(super) failure: Option<String>,
}

impl Default for Shares {
    fn default() -> Shares {
        Shares { counted: Ok(0.0), params: IndexMap::new(), failure: None }
    }
}

impl Shares {
    pub(super) fn param(&mut self, name: &str) -> &mut Found {
        if !self.params.contains_key(name) {
            self.params.insert(name.to_owned(), Ok(Distribution::default()));
        }
        &mut self.params[name]
    }

    pub(super) fn count(&mut self, weight: f64) {
        if let Ok(sum) = &mut self.counted {
            *sum += weight;
        }
    }

    /// Adds two continuations of one path. One of them is taken, with an unknown probability. The
    /// part that is the same in both does not depend on it.
    pub(super) fn add_either(&mut self, one: Shares, other: Shares, why: &Obstacle) {
        self.failure = self.failure.take().or(one.failure).or(other.failure);
        match (&one.counted, &other.counted) {
            (Ok(a), Ok(b)) if (a - b).abs() <= 1e-9 * a.max(*b) => self.count(*a),
            _ => self.counted = Err(why.clone()),
        }
        let only_other = other.params.keys().filter(|name| !one.params.contains_key(*name));
        let names: Vec<String> = one.params.keys().chain(only_other).cloned().collect();
        for name in names {
            let found = match (one.params.get(&name), other.params.get(&name)) {
                (Some(Ok(a)), Some(Ok(b))) if a.is_close(b) => Ok(a),
                (Some(Err(obstacle)), _) | (_, Some(Err(obstacle))) => Err(obstacle),
                _ => Err(why),
            };
            let sum = self.param(&name);
            let added = match (&mut *sum, found) {
                (Ok(sum), Ok(found)) => sum.add(found, 1.0),
                (Ok(_), Err(obstacle)) => Err(obstacle.clone()),
                (Err(_), _) => Ok(()),
            };
            if let Err(obstacle) = added {
                *sum = Err(obstacle);
            }
        }
    }

    /// The shares among the counted units, if some units are not counted.
    pub(super) fn normalized(mut self, counted: Counted) -> Shares {
        if self.failure.is_none() && counted == Counted::InExperiment {
            for found in self.params.values_mut() {
                *found = match (&self.counted, &*found) {
                    (Ok(total), Ok(sum)) if *total > 0.0 => {
                        let mut scaled = Distribution::default();
                        scaled.add(sum, 1.0 / total).map(|()| scaled)
                    }
                    (Err(obstacle), _) | (_, Err(obstacle)) => Err(obstacle.clone()),
                    _ => Ok(Distribution::default()),
                };
            }
        }
        self
    }
}
