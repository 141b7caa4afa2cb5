//! The models of docs/weighing.md give the numbers that its table prints.

use std::path::Path;

use ascribe_assess::model_file::ModelFile;
use ascribe_assess::weigh::believe;

#[test]
fn the_table_of_the_worked_example_is_what_the_models_give() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let text = std::fs::read_to_string(docs.join("weighing.md")).unwrap();
    let mut files: Vec<String> = std::fs::read_dir(docs.join("weighing"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".json").map(str::to_owned))
        .collect();
    files.sort();
    for name in files {
        let row = text
            .lines()
            .find_map(|line| line.strip_prefix(&format!("| {name} | ")))
            .unwrap();
        let model = std::fs::read(docs.join(format!("weighing/{name}.json"))).unwrap();
        let model: ModelFile = serde_json::from_slice(&model).unwrap();
        let posterior = believe(&model).unwrap().posterior;
        for (id, printed) in ["north", "crew", "unlisted"]
            .iter()
            .zip(row.trim_end_matches('|').split('|'))
        {
            assert_eq!(format!("{:.4}", posterior[*id]), printed.trim(), "{name} {id}");
        }
    }
}
