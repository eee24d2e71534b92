//! English words that have one stem and not one meaning: severance and several, political and polite.

/// Words of one meaning in all their forms that have the stem, a line each, ascending by their first three
/// letters; another line has the same stem.
#[rustfmt::skip]
const MEANINGS: &[&[&str]] = &[
    &["admiral", "admirals"],
    &["admire", "admires", "admired", "admiring", "admiration", "admirable", "admirer", "admirers"],
    &["animal", "animals"],
    &["animate", "animates", "animated", "animating", "animation", "animations", "animator", "animators"],
    &["apart"],
    &["apartment", "apartments"],
    &["audit", "audits", "audited", "auditing"],
    &["audition", "auditions", "auditioned", "auditioning"],
    &["author", "authors", "authored", "authoring"],
    &["authority", "authorities"],
    &["authorize", "authorizes", "authorized", "authorizing", "authorization", "authorizations"],
    &["candid", "candidly"],
    &["candidate", "candidates"],
    &["capital", "capitals"],
    &["capitalism"],
    &["celebrate", "celebrates", "celebrated", "celebrating", "celebration", "celebrations"],
    &["celebrity", "celebrities"],
    &["civil"],
    &["civilization", "civilizations", "civilized"],
    &["compete", "competes", "competed", "competing"],
    &["competence", "competencies", "competency", "competent", "competently"],
    &["content", "contents", "contented"],
    &["contention", "contentions"],
    &["contract", "contracts", "contracted", "contracting"],
    &["contraction", "contractions"],
    &["convent", "convents"],
    &["convention", "conventions", "conventional", "conventionally"],
    &["conversation", "conversations", "conversational"],
    &["conversion", "conversions"],
    &["converse", "conversely"],
    &["corporal", "corporals"],
    &["corporate", "corporation", "corporations"],
    &["critic", "critics", "criticism", "criticisms", "criticize", "criticizes", "criticized", "criticizing"],
    &["critical", "critically"],
    &["custom", "customs"],
    &["customer", "customers"],
    &["customize", "customizes", "customized", "customizing", "customization", "customizations"],
    &["decade", "decades"],
    &["decadence", "decadent"],
    &["defect", "defects", "defective"],
    &["defection", "defections"],
    &["depart", "departs", "departed", "departing"],
    &["department", "departments"],
    &["design", "designs", "designed", "designing", "designer", "designers"],
    &["designate", "designates", "designated", "designating", "designation", "designations"],
    &["diverse", "diversity"],
    &["diversion", "diversions"],
    &["edit", "edits", "edited", "editing"],
    &["edition", "editions"],
    &["emergence"],
    &["emergency", "emergencies"],
    &["empire", "empires"],
    &["empirical", "empirically"],
    &["equation", "equations"],
    &["equator", "equators"],
    &["experience", "experiences"],
    &["experiment", "experiments", "experimented", "experimenting"],
    &["format", "formats", "formatted", "formatting"],
    &["formation", "formations"],
    &["general", "generals", "generally"],
    &["generalize", "generalizes", "generalized", "generalizing", "generalization", "generalizations", "generality"],
    &["hospital", "hospitals"],
    &["hospitable", "hospitality"],
    &["import", "imports", "imported", "importing", "importer", "importers", "importation"],
    &["important", "importance", "importantly"],
    &["inform", "informs", "informed", "informing", "information", "informative", "informational"],
    &["informal", "informally"],
    &["installation", "installations", "install", "installs", "installed", "installing"],
    &["installment", "installments", "instalment", "instalments"],
    &["integral", "integrals"],
    &["integrate", "integrates", "integrated", "integrating", "integration", "integrations", "integrator"],
    &["integrity"],
    &["iron", "irons", "ironed", "ironing"],
    &["ironic", "ironical", "ironically"],
    &["liquid", "liquids"],
    &["liquidate", "liquidates", "liquidated", "liquidating", "liquidation"],
    &["liquidity"],
    &["marinate", "marinates", "marinated", "marinating"],
    &["marine", "marines"],
    &["minor", "minors"],
    &["minority", "minorities"],
    &["moral", "morals", "morally", "morality"],
    &["morale"],
    &["numeric", "numerical", "numerically", "numeral", "numerals"],
    &["numerous", "numerously"],
    &["object", "objects", "objected", "objecting", "objection", "objections"],
    &["objective", "objectives", "objectively", "objectivity"],
    &["physics"],
    &["physical", "physically"],
    &["polite", "politely", "politeness"],
    &["political", "politically"],
    &["position", "positions", "positioned", "positioning", "positional"],
    &["positive", "positives", "positively", "positivity"],
    &["present", "presents", "presented", "presenting", "presently"],
    &["presentation", "presentations"],
    &["process", "processes", "processed", "processing"],
    &["procession", "processions"],
    &["project", "projects", "projected", "projecting"],
    &["projection", "projections"],
    &["protest", "protests", "protested", "protesting", "protester", "protesters"],
    &["protestant", "protestants"],
    &["public", "publics", "publicly"],
    &["publication", "publications"],
    &["publicity"],
    &["quit", "quits", "quitting"],
    &["quite"],
    &["ration", "rations", "rationed", "rationing"],
    &["rational", "rationally", "rationality"],
    &["respect", "respects", "respected", "respecting", "respectful", "respectfully"],
    &["respective", "respectively"],
    &["response", "responses", "responsive", "responsiveness"],
    &["responsible", "responsibility", "responsibilities", "responsibly"],
    &["rout", "routs", "routed"],
    &["route", "routes", "routing"],
    &["secret", "secrets", "secretly"],
    &["secrete", "secretes", "secreted", "secreting", "secretion", "secretions"],
    &["sever", "severs", "severed", "severing"],
    &["several", "severally"],
    &["severance"],
    &["severe", "severely", "severity", "severities"],
    &["subject", "subjects", "subjected", "subjecting"],
    &["subjective", "subjectively", "subjectivity"],
    &["success", "successes", "successful", "successfully"],
    &["succession", "successions"],
    &["successive", "successively"],
    &["suit", "suits", "suited"],
    &["suite", "suites"],
    &["suspense", "suspenseful"],
    &["suspension", "suspensions"],
    &["transition", "transitions", "transitional"],
    &["transitive", "transitively"],
    &["unit", "units"],
    &["unite", "unites", "united", "uniting"],
    &["vacate", "vacates", "vacated", "vacating"],
    &["vacation", "vacations"],
    &["vegetable", "vegetables"],
    &["vegetation", "vegetative"],
];

/// The forms of a folded English word, itself among them, where its stem is that of words of other
/// meanings too.
///
/// ```
/// use zhen_text::lexicon::same_stem::forms;
/// assert_eq!(forms("editions"), Some(&["edition", "editions"][..]));
/// assert_eq!(forms("books"), None);
/// ```
pub fn forms(word: &str) -> Option<&'static [&'static str]> {
    let begins = start(word)?;
    let from = MEANINGS.partition_point(|meaning| start(meaning[0]) < Some(begins));
    let near = MEANINGS[from..].iter().take_while(|meaning| start(meaning[0]) == Some(begins));
    near.copied().find(|meaning| meaning.contains(&word))
}

/// What a word has in common with all forms of it.
fn start(word: &str) -> Option<&[u8]> {
    word.as_bytes().get(..3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::latin::stem;

    #[test]
    fn each_word_has_the_stem_of_a_word_of_another_meaning() {
        let mut alone = Vec::new();
        for (i, meaning) in MEANINGS.iter().enumerate() {
            let shares = |word: &&str| {
                let others = MEANINGS.iter().enumerate().filter(|(j, _)| *j != i);
                others.flat_map(|(_, words)| *words).any(|other| stem(other) == stem(word))
            };
            alone.extend(meaning.iter().copied().filter(|word| !shares(word)));
        }
        assert_eq!(alone, [""; 0]);
    }

    #[test]
    fn each_word_is_found_by_how_it_begins() {
        assert!(MEANINGS.is_sorted_by_key(|meaning| start(meaning[0])));
        for meaning in MEANINGS {
            meaning.iter().for_each(|word| assert_eq!(forms(word), Some(*meaning), "{word}"));
        }
        assert_eq!(["", "un", "uni", "xyz", "词典"].map(forms), [None; 5]);
    }

    #[test]
    fn no_word_has_two_meanings() {
        let mut words: Vec<&str> =
            MEANINGS.iter().flat_map(|words| words.iter().copied()).collect();
        let count = words.len();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), count);
    }
}
