//! Models that are no models: which item, what was expected.

use ascribe_assess::model_file::ModelFile;
use ascribe_assess::weigh::{WeighError, weigh};
use serde_json::{Value, json};

use super::models::random_json;

fn refusal(change: impl Fn(&mut Value)) -> String {
    let mut model = random_json(1);
    change(&mut model);
    match ModelFile::from_json(&model.to_string()) {
        Err(error) => error.to_string(),
        Ok(_) => "accepted".to_owned(),
    }
}

#[test]
fn each_refusal_names_the_item_and_what_was_expected() {
    let check = |expected: &str, change: &dyn Fn(&mut Value)| {
        let found = refusal(change);
        assert!(found.contains(expected), "`{found}` for `{expected}`");
    };
    check("format is `x`, expected `ascribe-model/1`", &|m| {
        m["format"] = json!("x")
    });
    check("actor ka: this id is used twice", &|m| {
        m["actors"][1]["id"] = json!("ka")
    });
    check("finding n00: this id is used twice", &|m| {
        m["findings"][1]["id"] = json!("n00")
    });
    check("source `x` is not listed", &|m| {
        m["findings"][0]["source"] = json!("x")
    });
    check("trace `x` is not listed", &|m| {
        m["findings"][0]["trace"] = json!("x")
    });
    check("finding n00: has both trace and over", &|m| {
        m["findings"][0]["over"] = json!("operator")
    });
    check("finding n00: has neither trace nor over", &|m| {
        m["findings"][0].as_object_mut().unwrap().remove("trace");
    });
    check("finding n00: if_present is missing", &|m| {
        m["findings"][0].as_object_mut().unwrap().remove("if_present");
    });
    check(
        "finding n00: if_absent is 1.5, expected a probability from 0 to 1",
        &|m| {
            m["findings"][0]["if_absent"] = json!(1.5);
        },
    );
    check("source s0: push is -0.1", &|m| {
        m["sources"][0]["push"] = json!([-0.1, 0.2, 0.3])
    });
    check("not in the order low, point, high", &|m| {
        m["sources"][0]["push"] = json!([0.3, 0.2, 0.1])
    });
    check(
        "trace t0: points_to `x` is neither an actor nor a subject",
        &|m| {
            m["traces"][0]["points_to"] = json!("x");
        },
    );
    check("hypothesis la: operator `x` is no actor", &|m| {
        m["hypotheses"][2]["operators"] = json!(["x"])
    });
    check(
        "direction `sideways` is unknown; expected directed, encouraged, tolerated, independent",
        &|m| {
            m["hypotheses"][2]["directions"] = json!(["sideways"]);
        },
    );
    check(
        "hypothesis la: overlaps hypothesis ka-directed: both cover unit, directed",
        &|m| {
            m["hypotheses"][2]["operators"] = json!(["la", "unit"]);
        },
    );
    check("subject f0: labels sum to", &|m| {
        m["subjects"][0]["label"] = json!({"ka": 0.7, "la": 0.7})
    });
    check("subject f0: label names `x`, which is no actor", &|m| {
        m["subjects"][0]["label"] = json!({"x": 0.7});
    });
    check("deception: `x` is no actor", &|m| {
        m["deception"]["x"] = json!(0.1)
    });
    check("all priors are 0", &|m| {
        for hypothesis in m["hypotheses"].as_array_mut().unwrap() {
            hypothesis["prior"] = json!(0);
        }
    });
    check(
        "over is `weather`, expected operator, direction, hypothesis or owner",
        &|m| {
            m["findings"][0] = json!({"id": "x", "over": "weather", "likelihood": {"else": 0.5}});
        },
    );
    check("likelihood says nothing for `insider` and has no `else`", &|m| {
        m["findings"][0] = json!({"id": "x", "over": "operator", "likelihood": {"ka": 0.5, "la": 0.5, "unit": 0.5, "both": 0.5}});
    });
    check("over = owner needs `of`", &|m| {
        m["findings"][0] = json!({"id": "x", "over": "owner", "likelihood": {"else": 0.5}});
    });
    check("likelihood names `x`", &|m| {
        m["findings"][0] = json!({"id": "x", "over": "direction", "likelihood": {"x": 0.5, "else": 0.5}});
    });
    check("unknown field `hat`", &|m| m["findings"][0]["hat"] = json!(1));
    check("subject ka: an actor has the same id", &|m| {
        m["subjects"][0]["id"] = json!("ka")
    });
    check("actor nobody: this id is reserved", &|m| {
        m["actors"][5]["id"] = json!("nobody")
    });
}

#[test]
fn numbers_that_are_none_are_refused() {
    for text in ["NaN", "1e999", "\"0.5\"", "null"] {
        let text = format!(
            r#"{{"format":"ascribe-model/1","actors":[{{"id":"a"}}],"hypotheses":[{{"id":"a","operators":["a"],"prior":{text}}}]}}"#
        );
        assert!(ModelFile::from_json(&text).is_err(), "{text}");
    }
}

#[test]
fn impossible_findings_are_an_error_that_says_so() {
    let model = ModelFile::from_json(
        r#"{"format":"ascribe-model/1","actors":[{"id":"a"}],"hypotheses":[{"id":"a","operators":["a"],"prior":1}],
            "findings":[{"id":"n","over":"operator","likelihood":{"a":0}}]}"#,
    )
    .unwrap();
    assert_eq!(weigh(&model), Err(WeighError::Impossible));
}

#[test]
fn a_web_of_shared_sources_is_refused_with_its_size() {
    // 24 sources, every pair of them on one trace: nothing can be summed out early.
    let sources: Vec<Value> = (0..24)
        .map(|s| json!({"id": format!("s{s}"), "reliable": 0.7, "push": 0.2}))
        .collect();
    let mut traces = Vec::new();
    let mut findings = Vec::new();
    for a in 0..24 {
        for b in 0..a {
            let trace = format!("t{a}-{b}");
            traces
                .push(json!({"id": trace, "points_to": "a", "hit": 0.5, "rarity": 0.1, "forgeability": 0.2}));
            for s in [a, b] {
                findings.push(json!({"id": format!("{trace}-{s}"), "trace": trace, "source": format!("s{s}"), "if_present": 0.9, "if_absent": 0.1}));
            }
        }
    }
    let model: ModelFile = serde_json::from_value(json!({"format": "ascribe-model/1", "actors": [{"id": "a"}, {"id": "b"}],
        "hypotheses": [{"id": "a", "operators": ["a"], "prior": 0.5}, {"id": "b", "operators": ["b"], "prior": 0.5}],
        "sources": sources, "traces": traces, "findings": findings}))
    .unwrap();
    let error = weigh(&model).unwrap_err();
    assert!(matches!(error, WeighError::TooWide { .. }));
    assert!(
        error
            .to_string()
            .contains("too many parts of the model are coupled by shared sources"),
        "{error}"
    );
}

#[test]
fn a_source_that_speaks_about_one_trace_only_couples_nothing() {
    // 200 sources on one trace: each is summed out where it speaks.
    let sources: Vec<Value> = (0..200)
        .map(|s| json!({"id": format!("s{s}"), "reliable": 0.7, "push": 0.2}))
        .collect();
    let findings: Vec<Value> = (0..200)
        .map(|s| json!({"id": format!("n{s}"), "trace": "t", "source": format!("s{s}"), "if_present": 0.6, "if_absent": 0.55}))
        .collect();
    let model: ModelFile = serde_json::from_value(json!({"format": "ascribe-model/1", "actors": [{"id": "a"}, {"id": "b"}],
        "hypotheses": [{"id": "a", "operators": ["a"], "prior": 0.5}, {"id": "b", "operators": ["b"], "prior": 0.5}],
        "sources": sources, "traces": [{"id": "t", "points_to": "a", "hit": 0.5, "rarity": 0.1, "forgeability": 0.2}],
        "findings": findings}))
    .unwrap();
    let answer = weigh(&model).unwrap();
    assert!(answer.posterior["a"] > 0.5);
}

#[test]
fn a_key_that_stands_twice_is_refused() {
    let model = random_json(1).to_string();
    for (from, to) in [
        (r#""default":"#, r#""default":0.1,"default":"#),
        (r#""label":{"#, r#""label":{"ka":0.1,"#),
    ] {
        let error = ModelFile::from_json(&model.replacen(from, to, 1)).unwrap_err();
        assert!(
            error.to_string().contains("stands twice, expected once"),
            "{error}"
        );
    }
}

#[test]
fn a_number_in_another_form_is_refused_with_the_forms_there_are() {
    let found = refusal(|m| m["traces"][0]["hit"] = json!([0.1, 0.2]));
    assert!(
        found.contains("expected a number or [low, point, high]"),
        "{found}"
    );
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_model() {
    assert!(ModelFile::from_json(&format!("\u{feff}{}", random_json(1))).is_ok());
}

#[test]
fn of_two_copies_a_month_counts_from_its_last_day() {
    let model = |first: &str, second: &str| {
        json!({"format": "ascribe-model/1", "actors": [{"id": "a"}, {"id": "b"}],
            "hypotheses": [{"id": "a", "operators": ["a"], "prior": 0.5}, {"id": "b", "operators": ["b"], "prior": 0.5}],
            "traces": [{"id": "t", "points_to": "a", "hit": 0.5, "rarity": 0.1, "forgeability": 0.2}],
            "findings": [
                {"id": "m", "trace": "t", "origin": "o", "known": first, "if_present": 0.9, "if_absent": 0.1},
                {"id": "n", "trace": "t", "origin": "o", "known": second, "if_present": 0.9, "if_absent": 0.1}]})
    };
    for (first, second) in [
        ("2014-12", "2014-12-19"),
        ("2014", "2014-02"),
        ("2014-12-19", "2014-12-19T08:00Z"),
        ("2014-01..2014-12", "2014-06"),
    ] {
        let model = ModelFile::from_json(&model(first, second).to_string()).unwrap();
        assert_eq!(weigh(&model).unwrap().copies, ["m"], "{first} and {second}");
    }
}
