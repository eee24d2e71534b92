//! Names and words that find each other: `zhen synonyms`, `zhen aliases`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// List, add, remove or replace the synonyms of an index
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  zhen synonyms                                    list the rules
  zhen synonyms add '北大, 北京大学, Peking University'   each finds the others
  zhen synonyms add 'TV => television, 电视'         TV finds these, they do not find TV
  zhen synonyms remove 'TV => television, 电视'
  zhen synonyms load rules.txt                     replace all; `-` reads standard input

Rules are kept with the index and used by the next search; nothing is indexed again.")]
pub(crate) struct SynonymsArgs {
    #[command(subcommand)]
    pub(crate) action: Option<SynonymsAction>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SynonymsAction {
    /// Add rules
    #[command(after_help = "\
Examples:
  zhen synonyms add '北大, 北京大学, Peking University'
  zhen synonyms add 'TV => television, 电视'")]
    Add {
        /// `A, B, C`: each finds the others; `A, B => C`: A and B find C
        #[arg(value_name = "RULE", required = true)]
        rules: Vec<String>,
    },
    /// Remove rules, written as they are listed
    #[command(after_help = "\
Examples:
  zhen synonyms remove 'TV => television, 电视'")]
    Remove {
        /// The rule
        #[arg(value_name = "RULE", required = true)]
        rules: Vec<String>,
    },
    /// Replace all rules by those of a file, one a line; `#` begins a comment
    #[command(after_help = "\
Examples:
  zhen synonyms load rules.txt
  zhen synonyms > rules.txt               the rules as they are, to be changed and loaded")]
    Load {
        /// The file; `-` reads standard input
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

/// List, add and remove names that mean the same, as learned from the documents
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Examples:
  zhen aliases                          those that most documents state
  zhen aliases CPEC                     what CPEC stands for
  zhen aliases add CPEC 中巴经济走廊    have either find the other
  zhen aliases remove IT 信息技术       and never again, whatever documents say

Documents say so as in 自由贸易协定 (FTA), World Health Organization（WHO，世界卫生组织） and
北京大学（以下简称北大）. A search for one name finds the other too, unless told --exact."
)]
pub(crate) struct AliasesArgs {
    #[command(subcommand)]
    pub(crate) change: Option<AliasesCommand>,
    /// Beginning of a name [default: all names]
    #[arg(value_name = "PREFIX")]
    pub(crate) prefix: Vec<String>,
    /// Pairs to show, those that most documents state first
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
    pub(crate) limit: usize,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AliasesCommand {
    /// Have two names find each other
    #[command(after_help = "\
Examples:
  zhen aliases add CPEC 中巴经济走廊
  zhen aliases add 'machine learning' 机器学习")]
    Add(AliasArgs),
    /// Keep two names from finding each other, whatever documents say
    #[command(after_help = "\
Examples:
  zhen aliases remove IT 信息技术")]
    Remove(AliasArgs),
}

#[derive(Debug, Args)]
pub(crate) struct AliasArgs {
    /// One name
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// The other
    #[arg(value_name = "OTHER")]
    pub(crate) other: String,
}
