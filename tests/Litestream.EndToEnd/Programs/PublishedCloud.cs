namespace Litestream.EndToEnd.Programs;

/// <summary>The program of the fleet's API.</summary>
internal static class PublishedCloud
{
    private static readonly Lazy<string> Found = new(() => Publication.Find("LITESTREAM_CLOUD_PROGRAM", "cloud", "cloud/bootstrap", "cloud", "agent"));

    public static string Path => Found.Value;
}
