using System.Globalization;

namespace Litestream.Storage.S3;

/// <summary>The query of an S3 URL. Each name may be written as genuine Litestream writes it (<c>forcePathStyle</c>) or with hyphens (<c>force-path-style</c>).</summary>
internal static class S3Parameters
{
    private const long LeastPartBytes = 5 * 1024 * 1024;
    private const long MostPartBytes = 5L * 1024 * 1024 * 1024;

    public static S3Location Apply(S3Location location, string url, string query)
    {
        foreach (var parameter in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = parameter.IndexOf('=', StringComparison.Ordinal);
            var (name, value) = equals < 0 ? (parameter, "") : (parameter[..equals], Uri.UnescapeDataString(parameter[(equals + 1)..]));
            location = Apply(location, url, name.Replace("-", "", StringComparison.Ordinal).ToUpperInvariant(), name, value);
        }
        return location.Encryption is { KeyId: not null, Mode: not S3Encryption.KmsMode }
            ? throw S3Url.Malformed(url, $"sse={location.Encryption.Mode} has no use for sseKmsKeyId")
            : location;
    }

    public static S3Location WithEndpoint(S3Location location, string url, string value) =>
        Shown(location, "endpoint", value) with { Endpoint = S3Provider.Endpoint(value) ?? throw S3Url.Malformed(url, $"the endpoint \"{(value.Contains('@') ? "…@" + value.Split('@')[^1] : value)}\" is no address like https://host:port") };

    private static S3Location Apply(S3Location location, string url, string key, string name, string value) => key switch
    {
        "ENDPOINT" => WithEndpoint(location, url, Required(url, name, value)),
        "REGION" => Shown(location, "region", value) with { Region = Required(url, name, value) },
        "FORCEPATHSTYLE" => Shown(location, "forcePathStyle", value) with { ForcePathStyle = Truth(url, name, value) },
        "SKIPVERIFY" => Shown(location, "skipVerify", value) with { SkipVerify = Truth(url, name, value) },
        "SIGNPAYLOAD" => Shown(location, "signPayload", value) with { SignPayload = Truth(url, name, value) },
        "REQUIRECONTENTMD5" => location, // nothing we send depends on it: bodies are signed
        "CONCURRENCY" => Shown(location, "concurrency", value) with { Concurrency = Number(url, name, value, 1, 64) },
        "PARTSIZE" => Shown(location, "partSize", value) with { PartSizeBytes = Size(url, name, value) },
        "STORAGECLASS" => Shown(location, "storageClass", value) with { StorageClass = Required(url, name, value) },
        "SSE" => Shown(location, "sse", value) with { Encryption = new(Mode(url, value), location.Encryption.KeyId) },
        "SSEKMSKEYID" => Shown(location, "sseKmsKeyId", value) with
        {
            Encryption = new(location.Encryption.Mode == S3Encryption.AutoMode ? S3Encryption.KmsMode : location.Encryption.Mode, Required(url, name, value)),
        },
        "SSECUSTOMERALGORITHM" or "SSECUSTOMERKEY" or "SSECUSTOMERKEYMD5" or "SSECUSTOMERKEYPATH" =>
            throw new LitestreamException($"encryption with a key of the customer's own ({name}) is not available", hint: "use sse=aws:kms with sseKmsKeyId, or the bucket's default encryption"),
        "ACCESSKEYID" or "SECRETACCESSKEY" or "SESSIONTOKEN" => throw S3Url.WithCredentials(),
        _ => throw S3Url.Malformed(url, $"\"{name}\" is no parameter of an S3 URL"),
    };

    private static S3Location Shown(S3Location location, string name, string value) =>
        location with { Parameters = [.. location.Parameters.Where(p => p.Name != name), (name, value)] };

    private static bool Truth(string url, string name, string value) => value.ToUpperInvariant() switch
    {
        "TRUE" or "1" or "T" or "YES" => true,
        "FALSE" or "0" or "F" or "NO" or "" => false,
        _ => throw S3Url.Malformed(url, $"{name} is true or false, not \"{value}\""),
    };

    private static string Required(string url, string name, string value) => value.Length > 0 ? value : throw S3Url.Malformed(url, $"{name} has no value");

    private static string Mode(string url, string value) => value is S3Encryption.AutoMode or S3Encryption.KmsMode or S3Encryption.NoMode
        ? value
        : throw S3Url.Malformed(url, $"sse is auto, aws:kms or none, not \"{value}\"");

    private static int Number(string url, string name, string value, int least, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw S3Url.Malformed(url, $"{name} is a number from {least} to {most}, not \"{value}\"");

    /// <summary>Bytes, or with a unit of 1,024: <c>16MB</c>, <c>16MiB</c>.</summary>
    private static long Size(string url, string name, string value)
    {
        var digits = value.AsSpan().TrimEnd("KMGiBkmgb");
        var unit = value.AsSpan(digits.Length) switch
        {
            "" or "B" => 1L,
            "KB" or "KiB" or "K" or "kb" => 1024,
            "MB" or "MiB" or "M" or "mb" => 1024 * 1024,
            "GB" or "GiB" or "G" or "gb" => 1024 * 1024 * 1024,
            _ => 0,
        };
        var bytes = long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= MostPartBytes ? number * unit : 0;
        return bytes is >= LeastPartBytes and <= MostPartBytes ? bytes : throw S3Url.Malformed(url, $"{name} is a size from 5MB to 5GB, not \"{value}\"");
    }
}
