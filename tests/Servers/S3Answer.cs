using System.Text;

namespace Litestream.Tests.Servers;

internal sealed record S3Answer(int Status, byte[] Body, IReadOnlyDictionary<string, string> Headers)
{
    private static readonly Dictionary<string, string> NoHeaders = [];

    public static S3Answer Empty(int status) => new(status, [], NoHeaders);

    public static S3Answer Xml(int status, string xml) => new(status, Encoding.UTF8.GetBytes($"<?xml version=\"1.0\" encoding=\"UTF-8\"?>{xml}"), new Dictionary<string, string> { ["Content-Type"] = "application/xml" });

    public static S3Answer Error(int status, string code) => Xml(status, $"<Error><Code>{code}</Code><Message>says the store of the tests</Message></Error>");

    /// <summary>A HEAD names the length of what it does not send.</summary>
    public long LengthOf(string method) => method == "HEAD" && Headers.TryGetValue("x-length", out var length) ? long.Parse(length, System.Globalization.CultureInfo.InvariantCulture) : Body.Length;
}
