namespace Litestream.EndToEnd.Packages.Recipes;

/// <summary>A block of a recipe: commands for a host's terminal, or a file of every host.</summary>
/// <param name="Heading">The section it stands in.</param>
/// <param name="Kind"><c>sh</c>, or <c>yml</c> for a file.</param>
/// <param name="Name">The host; of a file its name.</param>
internal sealed record RecipeStep(string Heading, string Kind, string Name, string Text);
