using Litestream.EndToEnd.Programs;

namespace Litestream.EndToEnd.Packages.Recipes;

/// <summary>A recipe of docs/recipes: its blocks of code in their order, as they stand in the file.</summary>
internal static class Recipe
{
    private const string Fence = "```";

    public static string Folder => Path.Combine(Repository.Root, "docs", "recipes");

    public static IReadOnlyList<RecipeStep> Read(string file)
    {
        var steps = new List<RecipeStep>();
        var (heading, opened, text) = ("", default(string[]), new List<string>());
        foreach (var line in File.ReadLines(Path.Combine(Folder, file)))
        {
            if (opened is null && line.StartsWith('#'))
                heading = line.TrimStart('#', ' ');
            if (!line.StartsWith(Fence, StringComparison.Ordinal))
            {
                text.Add(line);
                continue;
            }
            if (opened is null)
            {
                // Every block says whose it is: one that no test runs could say anything.
                opened = line[Fence.Length..].Split(' ');
                Assert.True(opened is ["sh", "old" or "new" or "hook"] or ["yml", "litestream.yml"], $"{file}: the block \"{line}\" is for no host");
            }
            else
            {
                steps.Add(new(heading, opened[0], opened[1], string.Join('\n', text)));
                opened = null;
            }
            text.Clear();
        }
        Assert.True(opened is null && steps.Count > 0, $"{file}: a block is not closed, or there is none");
        return steps;
    }
}
