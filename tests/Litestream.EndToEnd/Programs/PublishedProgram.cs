namespace Litestream.EndToEnd.Programs;

/// <summary>The agent's program.</summary>
internal static partial class PublishedProgram
{
    private static readonly Lazy<string> Found = new(() => Publication.Find("LITESTREAM_PROGRAM", "agent", "litestream", "agent"));

    public static string Path => Found.Value;
}
