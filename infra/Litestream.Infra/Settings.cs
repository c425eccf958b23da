using System.Runtime.InteropServices;
using Amazon.CDK;
using Amazon.CDK.AWS.Logs;
using Architecture = Amazon.CDK.AWS.Lambda.Architecture;

namespace Litestream.Infra;

/// <summary>
/// Everything that differs from one deployment to another, from the CDK's context (<c>-c name=value</c>, or <c>context</c> in cdk.json), checked once. Nobody
/// edits a stack to deploy it.
/// </summary>
internal sealed record Settings
{
    private static readonly string[] NotInCognito = ["aws", "amazon", "cognito"];

    /// <summary>Part of every name: <c>dev</c>, <c>prod</c>.</summary>
    public required string Stage { get; init; }

    /// <summary>The folder that <c>make cloud</c> fills.</summary>
    public required FunctionProgram Program { get; init; }

    /// <summary>The folder of the built dashboard.</summary>
    public required string Dashboard { get; init; }

    /// <summary>Null: keys that S3 manages. <c>create</c>: one of the stack's own. Else its ARN.</summary>
    public string? KmsKey { get; init; }

    /// <summary>Null: the bucket is reached from anywhere, by who may.</summary>
    public string? VpcEndpointId { get; init; }

    /// <summary>What was deleted or written over can be had back for so long.</summary>
    public required int NoncurrentDays { get; init; }

    public required RetentionDays LogRetention { get; init; }

    /// <summary>Of tokens, with <see cref="Audience"/>; null: a Cognito user pool of the stack's own.</summary>
    public string? Issuer { get; init; }

    public string? Audience { get; init; }

    /// <summary>Of the dashboard, with <see cref="CertificateArn"/>; null: a name of CloudFront's.</summary>
    public string? Domain { get; init; }

    public string? CertificateArn { get; init; }

    /// <summary>Who is told of alarms; null: nobody yet.</summary>
    public string? AlarmEmail { get; init; }

    /// <summary>What the worker restores for drills must fit.</summary>
    public required int ScratchMebibytes { get; init; }

    /// <summary>Throws <see cref="SettingsException"/>.</summary>
    /// <param name="app">Has the context.</param>
    /// <param name="infra">The folder of cdk.json, from which paths are meant.</param>
    public static Settings Read(App app, string infra)
    {
        var context = new Context(app);
        var (issuer, audience) = Both(context, "issuer", "audience", "to use your own identity provider, or none for Cognito");
        var (domain, certificate) = Both(context, "domain", "certificate", "to use a name of your own, or none for one of CloudFront's");
        if (certificate is not null && !certificate.Contains(":acm:us-east-1:", StringComparison.Ordinal))
            throw new SettingsException("certificate", $"\"{certificate}\" is no ARN of a certificate in us-east-1", "CloudFront takes certificates from there only");
        if (issuer is not null && !(Uri.TryCreate(issuer, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps))
            throw new SettingsException("issuer", $"\"{issuer}\" is no https address", "give the `iss` of its tokens, like https://login.example.com/");
        return new()
        {
            Stage = StageOf(context, hasPool: issuer is null),
            Program = FunctionProgram.In(Path.GetFullPath(context.Text("program") ?? "../out/cloud", infra), ArchitectureOf(context)),
            Dashboard = DashboardIn(Path.GetFullPath(context.Text("dashboard") ?? "../cloud/dashboard/dist", infra)),
            KmsKey = context.Matching("kmsKey", "^(create|arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+)$", "`create`, or the ARN of a key"),
            VpcEndpointId = context.Matching("vpcEndpointId", "^vpce-[0-9a-f]+$", "the id of a gateway or interface endpoint for S3, like vpce-0123456789abcdef0"),
            NoncurrentDays = context.Number("noncurrentDays", 1, 3_650) ?? 30,
            LogRetention = Constructs.LogRetention.Of(context.Number("logDays", 1, 3_653) ?? 90),
            Issuer = issuer,
            Audience = audience,
            Domain = domain,
            CertificateArn = certificate,
            AlarmEmail = context.Matching("alarmEmail", "^[^@ ]+@[^@ ]+$", "an address of electronic mail"),
            ScratchMebibytes = context.Number("scratchMebibytes", 512, 10_240) ?? 2_048,
        };
    }

    private static string StageOf(Context context, bool hasPool)
    {
        var stage = context.Matching("stage", "^[a-z][a-z0-9-]{0,19}$", "1 to 20 small letters, digits or dashes, a letter first") ?? "dev";
        return hasPool && Array.Find(NotInCognito, word => stage.Contains(word, StringComparison.Ordinal)) is { } word
            ? throw new SettingsException("stage", $"Cognito takes no name with \"{word}\" in it, and \"{stage}\" would be part of one", "choose another, or use your own identity provider (issuer and audience)")
            : stage;
    }

    private static (string?, string?) Both(Context context, string one, string other, string hint) => (context.Text(one), context.Text(other)) is var both && both.Item1 is null == both.Item2 is null
        ? both
        : throw new SettingsException($"{one} and {other}", "only one of them is given", $"give both {hint}");

    private static Architecture ArchitectureOf(Context context) => context.Text("architecture") switch
    {
        null => RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? Architecture.ARM_64 : Architecture.X86_64,
        "x64" => Architecture.X86_64,
        "arm64" => Architecture.ARM_64,
        var other => throw new SettingsException("architecture", $"\"{other}\" is none", "x64 or arm64"),
    };

    private static string DashboardIn(string folder) => File.Exists(Path.Combine(folder, "index.html"))
        ? folder
        : throw new SettingsException("dashboard", $"there is no index.html in {folder}", "build it (`npm ci && npm run build` in cloud/dashboard), or name its folder by -c dashboard=PATH");
}
