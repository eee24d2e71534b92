//! The command line as typed. What it means is decided in [`crate::settings`] and the commands.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

mod measuring;
mod names;
mod values;

pub(crate) use measuring::{BenchArgs, EvalArgs};
pub(crate) use names::{AliasArgs, AliasesArgs, AliasesCommand, SynonymsAction, SynonymsArgs};
use values::{parse_size, parse_sort};

/// Full-text search for content in which Chinese and English live together.
#[derive(Debug, Parser)]
#[command(
    name = "zhen",
    version,
    max_term_width = 100,
    disable_help_subcommand = true,
    arg_required_else_help = true,
    after_help = "\
Examples:
  zhen demo                          a short tour over sample documents
  zhen index ~/notes                 index a folder
  zhen search 词典                   finds 词典, 詞典 and 电子词典
  zhen search '\"安装简单\" -windows'  an exact run of text, without a word
  zhen search --help                 all options and more examples

An index named by a bare word lives under ./index/ when that folder exists, else in the platform's
data folder; anything with a path separator is a folder. Where there is no index of that name, a
folder here that is one is taken: `--index notes` for ./notes.

Exit status: 0 with hits, 1 without, 2 after an error."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalArgs {
    /// Index to work on: a name, or a folder [default: $ZHEN_INDEX, else "default"]
    #[arg(long, global = true, value_name = "NAME_OR_DIR", help_heading = "Global options")]
    pub(crate) index: Option<String>,
    /// Print JSON: one document for a search, else one object a line
    #[arg(long, global = true, help_heading = "Global options")]
    pub(crate) json: bool,
    /// When to use colours: auto (on a terminal, unless NO_COLOR is set), always, never
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = true,
        hide_default_value = true,
        help_heading = "Global options"
    )]
    pub(crate) color: ColorWhen,
    /// Say more, such as each skipped file
    #[arg(short, long, global = true, conflicts_with = "quiet", help_heading = "Global options")]
    pub(crate) verbose: bool,
    /// Say nothing but errors; the exit status tells the rest
    #[arg(short, long, global = true, help_heading = "Global options")]
    pub(crate) quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorWhen {
    // Comments for users would make clap print help in its long form.
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Demo(DemoArgs),
    Index(IndexArgs),
    Search(SearchArgs),
    Suggest(SuggestArgs),
    Serve(ServeArgs),
    Eval(EvalArgs),
    Bench(BenchArgs),
    Analyze(AnalyzeArgs),
    Explain(ExplainArgs),
    Doc(DocArgs),
    Delete(DeleteArgs),
    Stats(StatsArgs),
    Verify(VerifyArgs),
    Terms(TermsArgs),
    Synonyms(SynonymsArgs),
    Aliases(AliasesArgs),
    Completions(CompletionsArgs),
}

/// Index sample documents as "demo" and run a few telling searches
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  zhen demo
  zhen demo --serve                  and open the address it prints in a browser
  zhen --index demo search 词典      search the samples yourself

The index \"demo\" is made anew each time. In zhen's own folder it holds data/samples, elsewhere
copies of these documents that come with the program.")]
pub(crate) struct DemoArgs {
    /// Serve the samples and the web page afterwards
    #[arg(long)]
    pub(crate) serve: bool,
}

/// Add or update documents from files, folders or JSON lines
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  zhen index ~/notes ~/projects/docs
  zhen index --prune ~/notes               and forget files that are gone
  zhen index --watch ~/notes               and keep going
  zhen index --exclude 'drafts/**' ~/notes
  zhen index --dict words.txt ~/notes      with words of your own
  zhen index - < records.jsonl             {\"id\": \"a-1\", \"title\": \"…\", \"body\": \"…\"} a line

A file that is as it was when last indexed is not read. Files that cannot be read are counted, and
named with -v.")]
pub(crate) struct IndexArgs {
    /// Files and folders; `-` reads JSON lines from standard input
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Words that segmentation should know, one `WORD [FREQUENCY] [TAG]` a line; kept in the index
    #[arg(long, value_name = "FILE")]
    pub(crate) dict: Option<PathBuf>,
    /// Remove documents whose file is gone: below the paths, or all when no path is given
    #[arg(long)]
    pub(crate) prune: bool,
    /// Keep going: update the index whenever files below the paths change; without --prune it keeps
    /// what is gone
    #[arg(long)]
    pub(crate) watch: bool,
    /// Analyse all documents of the index again, from their stored text
    #[arg(long)]
    pub(crate) rebuild: bool,
    /// Merge the index into one segment, which makes searching a little faster
    #[arg(long)]
    pub(crate) merge: bool,
    /// Memory for what is read and built, such as 512MB or 2GB [default: 512MB]
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub(crate) memory: Option<u64>,
    /// Threads that read and analyse [default: as many as the machine has]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<std::num::NonZeroUsize>,
    /// Take files and folders whose name begins with a dot
    #[arg(long, help_heading = "Which files")]
    pub(crate) hidden: bool,
    /// Take files that .gitignore and .ignore leave out
    #[arg(long, help_heading = "Which files")]
    pub(crate) no_ignore: bool,
    /// Follow symbolic links
    #[arg(long, help_heading = "Which files")]
    pub(crate) follow: bool,
    /// Take only files that match, such as '*.md' or 'docs/**' below PATH (may be repeated)
    #[arg(long, value_name = "GLOB", help_heading = "Which files")]
    pub(crate) include: Vec<String>,
    /// Leave out files and folders that match, relative to PATH too (may be repeated)
    #[arg(long, value_name = "GLOB", help_heading = "Which files")]
    pub(crate) exclude: Vec<String>,
    /// Leave out larger files, unless they are read record by record; at most an eighth of --memory,
    /// which is the default, and never more than 2 GiB
    #[arg(long, value_name = "SIZE", value_parser = parse_size, help_heading = "Which files")]
    pub(crate) max_file_size: Option<u64>,
}

/// Search: ranked documents with their best passages
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  zhen search 词典                          also finds 詞典
  zhen search '\"安装简单方便\"'              exactly this run of text
  zhen search 'C++ -java'                   a word, without another
  zhen search '(银行 OR bank) time:2023..2024'
  zhen search 维生素A --filter tags:健康 --sort time:desc
  zhen search 软件 --facet lang -n 5
  zhen search zhongba jingji                as 中巴 经济, typed without an input method
  zhen search --json 软件 | jq '.hits[].title'
  zhen search -l0 软件 | xargs -0 wc -w
  zhen search 'duplicates:/srv/a.md'        documents whose text is nearly that of another
  zhen search --pretty 软件 | less -R

Quotation marks belong to the query, so the shell must pass them on: '\"two words\"'. A query that
begins with a hyphen follows `--`. On a terminal hits are grouped by document; in a pipe each
passage is a line PATH:LINE:TEXT. docs/QUERY.md describes the language.")]
pub(crate) struct SearchArgs {
    /// What to search for; several arguments are joined by spaces
    #[arg(value_name = "QUERY", required_unless_present_any = ["filter", "facet"])]
    pub(crate) query: Vec<String>,
    /// Documents to show, at most 1000
    #[arg(short = 'n', long, value_name = "N", default_value_t = 10)]
    pub(crate) limit: usize,
    /// Documents to pass over first
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) offset: usize,
    /// Narrow by conditions on fields, such as 'lang:zh time:2023..'
    #[arg(long, value_name = "EXPR", allow_hyphen_values = true)]
    pub(crate) filter: Option<String>,
    /// Order by a field instead of the score, `:desc` for largest first
    #[arg(long, value_name = "FIELD[:desc]", value_parser = parse_sort)]
    pub(crate) sort: Option<zhen_search::Sort>,
    /// Count the values of a field over all matching documents (several with commas)
    #[arg(long, value_name = "FIELD", value_delimiter = ',')]
    pub(crate) facet: Vec<String>,
    /// Keep to documents in this language: zh (in either script) or en
    #[arg(long, hide_possible_values = true)]
    pub(crate) lang: Option<LangArg>,
    /// No stems, translations, aliases, synonyms, pinyin or typos; script, width, case and accents
    /// still fold
    #[arg(long)]
    pub(crate) exact: bool,
    /// Take pinyin often confused for one: zh and z, ch and c, sh and s, -n and -ng, l and n
    #[arg(long, conflicts_with = "exact")]
    pub(crate) fuzzy_pinyin: bool,
    /// Print only the path (or id) of each document; into a pipe byte for byte as the file is named
    #[arg(short = 'l', long, conflicts_with_all = ["pretty", "facet"])]
    pub(crate) paths_only: bool,
    /// With -l, end each path with a zero byte instead of a line break, as `xargs -0` reads them
    #[arg(short = '0', long, requires = "paths_only")]
    pub(crate) null: bool,
    /// Passages a document, at most 20; of those that say the same, one [default: 3]
    #[arg(long, value_name = "N")]
    pub(crate) passages: Option<usize>,
    /// Near-duplicates of a better hit: fold them into it, or show them [default: fold; show with -l]
    #[arg(long, value_name = "HOW", hide_possible_values = true)]
    pub(crate) duplicates: Option<DuplicatesArg>,
    /// Print as on a terminal, in colour, even into a pipe
    #[arg(short, long)]
    pub(crate) pretty: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DuplicatesArg {
    Fold,
    Show,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LangArg {
    Zh,
    En,
}

/// Complete what was begun: Chinese, English, pinyin or its initials
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  zhen suggest 中巴                  what begins so
  zhen suggest zhongb                full pinyin, or zbjj for its initials
  zhen suggest 'free tr'             a title, or the last word after the words before it
  zhen suggest --json dictoin -n 3   one slip is forgiven

Words, titles and names of the index, those of most documents first.")]
pub(crate) struct SuggestArgs {
    /// Beginning of a word or a text
    #[arg(value_name = "PREFIX", required = true)]
    pub(crate) prefix: Vec<String>,
    /// Completions to show, at most 100
    #[arg(short = 'n', long, value_name = "N", default_value_t = 10)]
    pub(crate) limit: usize,
}

/// Serve the HTTP API and the web page
#[derive(Debug, Default, Args)]
#[command(after_help = "\
Examples:
  zhen serve
  zhen --index notes serve --addr 127.0.0.1:8080
  zhen serve -v                      with a line for each request

What can be set stands in the [server] table of zhen.toml, then in variables such as ZHEN_ADDR and
ZHEN_WRITE_KEY, then in options; docs/HTTP.md describes them. Beyond this machine it listens only
when an API key is set.")]
pub(crate) struct ServeArgs {
    /// Address to listen on [default: 127.0.0.1:7700]; port 0 takes any free one
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) addr: Option<String>,
    /// Configuration to read [default: zhen.toml, where there is one]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Memory that indexing what is sent may take [default: 512MB]
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub(crate) memory: Option<u64>,
}

/// Show what a text becomes: folded text, words, grams
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  zhen analyze '我在北京大學學習C++'
  zhen --index notes analyze 石墨烯电池     with the user dictionary of that index")]
pub(crate) struct AnalyzeArgs {
    /// The text; several arguments are joined by spaces
    #[arg(value_name = "TEXT", required = true)]
    pub(crate) text: Vec<String>,
}

/// Say why a document matches a query, or why it does not
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  zhen explain 词典 notes/dictionary.md
  zhen explain 'C++ -java' a-1")]
pub(crate) struct ExplainArgs {
    /// The query, as one argument
    #[arg(value_name = "QUERY")]
    pub(crate) query: String,
    /// Id of the document; for a file its path
    #[arg(value_name = "ID")]
    pub(crate) id: OsString,
    /// As `zhen search --exact`
    #[arg(long)]
    pub(crate) exact: bool,
}

/// Print a document as it was stored
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  zhen doc notes/dictionary.md
  zhen doc a-1 --json | jq .body")]
pub(crate) struct DocArgs {
    /// Id of the document; for a file its path
    #[arg(value_name = "ID")]
    pub(crate) id: OsString,
}

/// Remove documents by id
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  zhen delete a-1 a-2
  zhen delete notes/old.md

A file that is removed so, and is still there, comes back when it changes and is indexed again.")]
pub(crate) struct DeleteArgs {
    /// Ids of documents; for files their paths
    #[arg(value_name = "ID", required = true)]
    pub(crate) ids: Vec<OsString>,
}

/// Show what the index holds
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  zhen stats
  zhen --index notes stats --json")]
pub(crate) struct StatsArgs {}

/// Check that the index is sound, down to each stored document
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  zhen verify
  zhen --index notes verify && echo sound")]
pub(crate) struct VerifyArgs {}

/// List the terms of the index that begin so, with the documents that hold them
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  zhen terms 中巴
  zhen terms -n 50 comp")]
pub(crate) struct TermsArgs {
    /// Beginning of the terms; it is folded as text is
    #[arg(value_name = "PREFIX")]
    pub(crate) prefix: String,
    /// Terms to show, the most frequent first
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
    pub(crate) limit: usize,
}

/// Print a script that completes zhen's commands in a shell
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  zhen completions bash > ~/.local/share/bash-completion/completions/zhen
  zhen completions zsh > ~/.zfunc/_zhen
  zhen completions fish > ~/.config/fish/completions/zhen.fish")]
pub(crate) struct CompletionsArgs {
    /// bash, elvish, fish, powershell or zsh
    #[arg(hide_possible_values = true)]
    pub(crate) shell: clap_complete::Shell,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_defined_without_contradictions() {
        <Cli as clap::CommandFactory>::command().debug_assert();
    }
}
