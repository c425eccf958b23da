using System.Text.RegularExpressions;

namespace Litestream.Core.Tests.Architecture;

/// <summary>The habits of CONVENTIONS.md that a machine can check. Every message names the fix.</summary>
public sealed class HouseStyleTests
{
    private const int MostLines = 400;

    private static readonly string[] VagueWords = ["Helper", "Helpers", "Util", "Utils", "Utility", "Utilities", "Manager", "Managers", "Common"];

    [Fact]
    public void No_name_is_vague()
    {
        Report(
            from file in SourceTree.All
            from name in file.TopLevelTypes.Select(type => type.Name).Concat(file.Path.Split('/').Select(part => Path.GetFileNameWithoutExtension(part)))
            where Words(name).Any(VagueWords.Contains)
            select $"{file.Path}: '{name}' says that it does something, not what. Name it after the thing it is or the step it takes.");
    }

    [Fact]
    public void A_file_holds_one_type_and_carries_its_name()
    {
        Report(
            from file in SourceTree.All
            let types = file.TopLevelTypes.Where(type => !type.Modifiers.Contains("file", StringComparison.Ordinal)).ToList()
            where types.Count > 1 || (types.Count == 1 && file.FileName.Split('.')[0] != types[0].Name && file.FileName != "Program")
            select $"{file.Path} declares {string.Join(", ", types.Select(type => type.Name))}: give each type a file of its name, so that it is found by guessing.");
    }

    [Fact]
    public void No_file_is_longer_than_a_reader_can_hold()
    {
        Report(
            from file in SourceTree.All
            let lines = file.Text.AsSpan().Count('\n')
            where lines > MostLines
            select $"{file.Path} has {lines} lines (most: {MostLines}). Split it by step of its main path, not by kind of member.");
    }

    [Fact]
    public void A_class_is_sealed_unless_another_derives_from_it()
    {
        var product = SourceTree.Product.Select(file => (file, file.Code)).ToList();
        Report(
            from source in product
            from type in source.file.TopLevelTypes
            where type.Kind is "class" or "record" or "record class" && !Regex.IsMatch(type.Modifiers, "sealed|static|abstract")
            where !product.Any(other => Regex.IsMatch(other.Code, $@"\b(?:class|record)\s+\w+(?:<[^>]*>)?(?:\([^)]*\))?\s*:\s*(?:\w+\.)*{type.Name}\b"))
            where source.file.FileName != "Program"
            select $"{source.file.Path}: {type.Name} can be derived from, and nothing does: say `sealed`.");
    }

    [Fact]
    public void Every_room_of_the_engine_says_what_it_is_for()
    {
        Report(
            from room in new[] { "Sqlite", "Ltx", "Storage", "Replication", "Restore", "InPlace", "Drills" }
            let readme = $"agent/Litestream.Core/{room}/README.md"
            where !File.Exists(Path.Combine(SourceTree.Root, readme))
            select $"{readme} is missing: write the room's purpose, its terms, and the one or two decisions that are expensive to reverse.");
    }

    [Fact]
    public void A_file_of_tests_asserts_something()
    {
        Report(
            from file in SourceTree.Tests
            where file.FileName.EndsWith("Tests", StringComparison.Ordinal) && !Regex.IsMatch(file.Code, @"\bAssert\.|\bReport\(|\bExpect\w*\(")
            select $"{file.Path} asserts nothing: a test that cannot fail is no test.");
    }

    [Fact]
    public void The_lock_file_of_the_tests_names_no_registry()
    {
        var path = Path.Combine(SourceTree.Root, "tests/package-lock.json");
        Assert.False(File.ReadAllText(path).Contains("\"resolved\"", StringComparison.Ordinal),
            "tests/package-lock.json names the registry it was made with. Keep omit-lockfile-registry-resolved=true in tests/.npmrc and run `npm install --package-lock-only` there again.");
    }

    private static IEnumerable<string> Words(string name) => Regex.Matches(name, "[A-Z][a-z0-9]*").Select(match => match.Value);

    private static void Report(IEnumerable<string> broken) => Assert.True(!broken.Any(), string.Join(Environment.NewLine, broken));
}
