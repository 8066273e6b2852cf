namespace ChatApp.Messages;

/// <summary>The languages that people paste most.</summary>
internal sealed partial class CodeLanguage
{
    private const string CWords = "auto break case char const continue default do double else enum extern float for goto if inline int long register return short signed sizeof static struct switch typedef union unsigned void volatile while bool true false NULL nullptr #include #define #if #ifdef #ifndef #else #elif #endif #pragma";
    private const string ScriptWords = "async await break case catch class const continue debugger default delete do else export extends false finally for from function get if import in instanceof let new null of return set static super switch this throw true try typeof undefined var void while with yield";

    private static CodeLanguage[] Known()
    {
        CodeString doubleQuoted = new("\"", "\""), singleQuoted = new("'", "'");
        CodeString[] quoted = [doubleQuoted, singleQuoted];
        CodeString[] doubled = [new("'", "'", '\0', SpansLines: true), new("\"", "\"", '\0', SpansLines: true)];
        CodeString[] starred = [new("/*", "*/", '\0', SpansLines: true)];
        CodeString template = new("`", "`", SpansLines: true), tripled = new("\"\"\"", "\"\"\"", SpansLines: true);
        CodeString[] shell = [new("\"", "\"", SpansLines: true), new("'", "'", '\0', SpansLines: true)];
        return
        [
            new("C#", "c# csharp cs", "abstract as async await base bool break byte case catch char checked class const continue decimal default delegate do double else enum event explicit extern false field finally fixed float for foreach get goto if implicit in init int interface internal is lock long nameof namespace new not null object operator or out override params partial private protected public readonly record ref required return sbyte sealed set short sizeof stackalloc static string struct switch this throw true try typeof uint ulong unchecked unsafe ushort using var virtual void volatile when where while with yield")
            {
                LineComments = ["//"], BlockComments = starred,
                Strings = [new("\"\"\"", "\"\"\"", '\0', SpansLines: true), new("$@\"", "\"", '\0', SpansLines: true), new("@$\"", "\"", '\0', SpansLines: true), new("@\"", "\"", '\0', SpansLines: true), new("$\"", "\""), .. quoted],
            },
            new("C", "c h", CWords) { LineComments = ["//"], BlockComments = starred, Strings = quoted, WordCharacters = "#" },
            new("C++", "c++ cpp cxx cc hpp", CWords + " alignas and asm catch class concept consteval constexpr constinit co_await co_return co_yield decltype delete dynamic_cast explicit export final friend mutable namespace new noexcept not operator or override private protected public reinterpret_cast requires static_cast template this throw try typename using virtual")
            {
                LineComments = ["//"], BlockComments = starred, Strings = [new("R\"(", ")\"", '\0', SpansLines: true), .. quoted], WordCharacters = "#",
            },
            new("CSS", "css scss less", "@media @import @font-face @keyframes @supports @layer @container @property @use @include @mixin @extend !important inherit initial unset auto none")
            {
                BlockComments = starred, Strings = quoted, WordCharacters = "-@!", NamesBeforeColons = true,
            },
            new("Diff", "diff patch") { Shape = CodeShape.Diff },
            new("Go", "go golang", "any bool break byte case chan const continue default defer else error fallthrough false float32 float64 for func go goto if import int int32 int64 interface iota len make map new nil package range return rune select string struct switch true type uint uint64 var")
            {
                LineComments = ["//"], BlockComments = starred, Strings = [new("`", "`", '\0', SpansLines: true), .. quoted],
            },
            new("HTML", "html htm xhtml svg vue razor") { Shape = CodeShape.Markup },
            new("Java", "java", "abstract assert boolean break byte case catch char class const continue default do double else enum extends false final finally float for goto if implements import instanceof int interface long native new null package permits private protected public record return sealed short static strictfp super switch synchronized this throw throws transient true try var void volatile while yield")
            {
                LineComments = ["//"], BlockComments = starred, Strings = [tripled, .. quoted],
            },
            new("JavaScript", "javascript js jsx mjs cjs node", ScriptWords) { LineComments = ["//"], BlockComments = starred, Strings = [template, .. quoted], WordCharacters = "$" },
            new("JSON", "json jsonc json5", "true false null") { LineComments = ["//"], BlockComments = starred, Strings = quoted, NamesBeforeColons = true },
            new("Kotlin", "kotlin kt kts", "abstract actual as break by catch class companion const constructor continue crossinline data do else enum expect external false final finally for fun get if import in infix init inline inner interface internal is lateinit null object open operator out override package private protected public reified return sealed set super suspend tailrec this throw true try typealias val var vararg when where while")
            {
                LineComments = ["//"], BlockComments = starred, Strings = [tripled, .. quoted],
            },
            new("PHP", "php", "abstract and array as break case catch class clone const continue declare default do echo else elseif empty extends false final finally fn for foreach function global if implements include instanceof interface isset list match namespace new null or print private protected public readonly require require_once return static switch throw trait true try unset use var while xor yield", ignoreCase: true)
            {
                LineComments = ["//", "#"], BlockComments = starred, Strings = [new("\"", "\"", SpansLines: true), new("'", "'", SpansLines: true)], WordCharacters = "$",
            },
            new("PowerShell", "powershell ps1 pwsh", "begin break catch class continue do dynamicparam else elseif end enum exit filter finally for foreach function if in param process return switch throw trap try until using while", ignoreCase: true)
            {
                LineComments = ["#"], BlockComments = [new("<#", "#>", '\0', SpansLines: true)], Strings = [new("\"", "\"", '`', SpansLines: true), new("'", "'", '\0', SpansLines: true)], WordCharacters = "$",
            },
            new("Python", "python py python3", "False None True and as assert async await break case class continue def del elif else except finally for from global if import in is lambda match nonlocal not or pass raise return self try while with yield")
            {
                LineComments = ["#"], Strings = [tripled, new("'''", "'''", SpansLines: true), .. quoted], WordCharacters = "@",
            },
            new("Ruby", "ruby rb", "BEGIN END alias and begin break case class def do else elsif end ensure false for if in module next nil not or redo rescue retry return self super then true undef unless until when while yield require attr_reader attr_accessor")
            {
                LineComments = ["#"], Strings = [template, .. quoted], WordCharacters = "@$",
            },
            new("Rust", "rust rs", "Self as async await bool box break char const continue crate dyn else enum extern f32 f64 false fn for i32 i64 if impl in let loop match mod move mut pub ref return self static str String struct super trait true type u8 u32 u64 unsafe use usize where while")
            {
                // No single quotes: they begin lifetimes more often than characters.
                LineComments = ["//"], BlockComments = starred, Strings = [new("r#\"", "\"#", '\0', SpansLines: true), new("\"", "\"", SpansLines: true)],
            },
            new("Shell", "shell bash sh zsh console", "alias break case cd continue declare do done echo elif else esac eval exec exit export fi for function if in local read return set shift source then trap unset until while") { LineComments = ["#"], Strings = shell, WordCharacters = "-" },
            new("SQL", "sql sqlite mysql postgres postgresql plsql tsql", "add all alter and as asc begin between bigint by cascade case check column commit constraint create cross database default delete desc distinct drop else end exists explain false foreign from full group having if in index inner insert int integer into is join key left like limit not null offset on or order outer over partition primary references returning right rollback select set table text then transaction trigger true truncate union unique update using values varchar view when where with", ignoreCase: true)
            {
                LineComments = ["--"], BlockComments = starred, Strings = doubled,
            },
            new("Swift", "swift", "Any Self actor as associatedtype async await break case catch class continue default defer deinit do else enum extension fallthrough false fileprivate for func get guard if import in init inout internal is let mutating nil open operator override private protocol public repeat rethrows return self set static struct subscript super switch throw throws true try typealias var weak where while")
            {
                LineComments = ["//"], BlockComments = starred, Strings = [tripled, doubleQuoted],
            },
            new("TOML", "toml ini properties", "true false") { LineComments = ["#", ";"], Strings = quoted, WordCharacters = "-" },
            new("TypeScript", "typescript ts tsx", ScriptWords + " abstract any as asserts bigint boolean declare enum implements infer interface is keyof namespace never number object private protected public readonly satisfies string symbol type unknown")
            {
                LineComments = ["//"], BlockComments = starred, Strings = [template, .. quoted], WordCharacters = "$",
            },
            new("XML", "xml xaml csproj resx xsl plist") { Shape = CodeShape.Markup },
            new("YAML", "yaml yml", "true false null yes no on off") { LineComments = ["#"], Strings = quoted, WordCharacters = "-", NamesBeforeColons = true },
            new("Dockerfile", "dockerfile docker", "ADD ARG AS CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR") { LineComments = ["#"], Strings = shell },
        ];
    }
}
