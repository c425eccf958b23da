namespace Litestream.EndToEnd.Soak;

/// <summary>Alone on the machine: it measures endurance, not how two tests share two cores.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SoakCollection
{
    public const string Name = "soak";
}
