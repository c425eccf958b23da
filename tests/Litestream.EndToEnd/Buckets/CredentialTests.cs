using System.Net;
using System.Net.Sockets;
using System.Text;
using Litestream.EndToEnd.Programs;
using Litestream.Tests.Servers;

namespace Litestream.EndToEnd.Buckets;

/// <summary>Where credentials come from, in their order; the store is asked with whose they are. And that no message shows a secret.</summary>
public sealed class CredentialTests : IDisposable
{
    private const string Bucket = "fleet";
    private const string Secret = "a-secret-that-nobody-may-see";
    private readonly Sandbox _sandbox = new();
    private readonly S3Server _server = S3Server.StartAsync(Bucket).GetAwaiter().GetResult();

    public void Dispose()
    {
        _sandbox.Dispose();
        _server.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    [Theory]
    [InlineData("OURS", "LITESTREAM_ACCESS_KEY_ID=OURS", "LITESTREAM_SECRET_ACCESS_KEY=" + Secret)]
    [InlineData("AWS", "AWS_ACCESS_KEY_ID=AWS", "AWS_SECRET_ACCESS_KEY=" + Secret, "LITESTREAM_ACCESS_KEY_ID=OURS", "LITESTREAM_SECRET_ACCESS_KEY=x")]
    [InlineData("DEFAULT", "AWS_SHARED_CREDENTIALS_FILE=credentials")]
    [InlineData("OTHER", "AWS_SHARED_CREDENTIALS_FILE=credentials", "AWS_PROFILE=other")]
    [InlineData(null, "AWS_SHARED_CREDENTIALS_FILE=credentials", "AWS_PROFILE=nobody")]
    [InlineData(null, "LITESTREAM_ACCESS_KEY_ID=OURS")]
    [InlineData(null)]
    public async Task The_first_that_is_there_is_used(string? key, params string[] variables)
    {
        File.WriteAllText(Path.Combine(_sandbox.Root, "credentials"),
            $"[default]\naws_access_key_id=DEFAULT\naws_secret_access_key={Secret}\n[other]\naws_access_key_id=OTHER\naws_secret_access_key={Secret}\n");
        var result = await ReplicateAsync([.. variables, "AWS_EC2_METADATA_DISABLED=true"]);
        Assert.Equal(key is null ? [] : [key], KeysThatAsked());
        result.Must(1).MustSay(key is null ? "hint: " : "check the credentials");
        Assert.DoesNotContain(Secret, result.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Those_of_a_container_are_fetched_from_where_its_host_says()
    {
        using var port = new TcpListener(IPAddress.Loopback, 0);
        port.Start();
        var answered = AnswerAsync(port, $$"""{"AccessKeyId":"CONTAINER","SecretAccessKey":"{{Secret}}","Token":"token","Expiration":"2099-01-01T00:00:00Z"}""");
        var result = await ReplicateAsync($"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:{((IPEndPoint)port.LocalEndpoint).Port}/mine", "AWS_EC2_METADATA_DISABLED=true");
        await answered.WaitAsync(TimeSpan.FromSeconds(30));
        result.Must(1);
        Assert.Equal(["CONTAINER"], KeysThatAsked());
        Assert.DoesNotContain(Secret, result.All, StringComparison.Ordinal);
    }

    /// <summary>The store knows none of these keys: the start ends with its first answer.</summary>
    private Task<ProgramResult> ReplicateAsync(params string[] variables) => ChildProcess.RunAsync(PublishedProgram.Path,
        ["replicate", "-watch-dir", _sandbox.Data, "-replica", _server.Url(Bucket), "-port", "0", "-log-level", "debug"], _sandbox.Root,
        _sandbox.EnvironmentWith(new Dictionary<string, string>([new("AWS_CA_BUNDLE", ""), .. variables.Select(v => v.Split('=', 2)).Select(v => new KeyValuePair<string, string>(v[0], v[1]))])));

    private IEnumerable<string> KeysThatAsked() => _server.Requests.Select(r => r.Header("Authorization")!.Split("Credential=")[1].Split('/')[0]);

    private static async Task AnswerAsync(TcpListener listener, string json)
    {
        using var client = await listener.AcceptTcpClientAsync();
        var stream = client.GetStream();
        var request = "";
        var buffer = new byte[4096];
        while (!request.Contains("\r\n\r\n", StringComparison.Ordinal))
            request += Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer));
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {json.Length}\r\nConnection: close\r\n\r\n{json}"));
    }
}
