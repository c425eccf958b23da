namespace Litestream.Fleet.Items;

/// <summary>The closed list of a job's <c>kind</c>.</summary>
public static class JobKinds
{
    public const string Restore = "restore";
    public const string Evacuation = "evacuation";
    public const string Drill = "drill";
    public const string Move = "move";

    public static IReadOnlyList<string> All { get; } = [Restore, Evacuation, Drill, Move];
}
