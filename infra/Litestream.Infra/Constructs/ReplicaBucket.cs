using Amazon.CDK;
using Amazon.CDK.AWS.IAM;
using Amazon.CDK.AWS.KMS;
using Amazon.CDK.AWS.S3;
using Constructs;

namespace Litestream.Infra.Constructs;

/// <summary>
/// Where all replicas are. What is in it is never written over: the bucket itself refuses any write below <see cref="Databases"/> that does not say "only if
/// nothing is there". What was deleted can be had back for a while.
/// </summary>
internal sealed class ReplicaBucket : Construct
{
    /// <summary>The replica of a tenant is below it.</summary>
    public const string Databases = "databases";

    /// <summary>On which agents try out whether the store refuses what it should.</summary>
    public const string Probe = ".litestream/probe";

    /// <summary>Roles of the fleet's own functions bear it, with the stage: they are in no VPC.</summary>
    public const string FunctionTag = "litestream:function";

    public ReplicaBucket(Construct scope, Settings settings) : base(scope, "ReplicaBucket")
    {
        Key = KeyOf(settings.KmsKey);
        Bucket = new(this, "Bucket", new BucketProps
        {
            BlockPublicAccess = BlockPublicAccess.BLOCK_ALL,
            ObjectOwnership = ObjectOwnership.BUCKET_OWNER_ENFORCED,
            Encryption = Key is null ? BucketEncryption.S3_MANAGED : BucketEncryption.KMS,
            EncryptionKey = Key,
            BucketKeyEnabled = Key is not null,
            EnforceSSL = true,
            MinimumTLSVersion = 1.2,
            Versioned = true,
            RemovalPolicy = RemovalPolicy.RETAIN,
            LifecycleRules =
            [
                new LifecycleRule
                {
                    Id = "what-was-deleted",
                    NoncurrentVersionExpiration = Duration.Days(settings.NoncurrentDays),
                    ExpiredObjectDeleteMarker = true,
                },
                new LifecycleRule { Id = "uploads-never-finished", AbortIncompleteMultipartUploadAfter = Duration.Days(1) },
            ],
        });
        Bucket.AddToResourcePolicy(CreateOnly());
        if (settings.VpcEndpointId is { } endpoint)
        {
            Bucket.AddToResourcePolicy(OnlyThrough(endpoint, settings.Stage, "Objects", Bucket.ArnForObjects("*"), "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"));
            Bucket.AddToResourcePolicy(OnlyThrough(endpoint, settings.Stage, "Names", Bucket.BucketArn, "s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"));
        }
    }

    public Bucket Bucket { get; }

    /// <summary>Null: S3's own keys.</summary>
    public IKey? Key { get; }

    /// <summary>What may read replicas.</summary>
    public IEnumerable<PolicyStatement> Reading() =>
    [
        new(new PolicyStatementProps { Sid = "ReadReplicas", Actions = ["s3:GetObject"], Resources = [Bucket.ArnForObjects($"{Databases}/*")] }),
        new(new PolicyStatementProps
        {
            Sid = "ListReplicas",
            Actions = ["s3:ListBucket"],
            Resources = [Bucket.BucketArn],
            // Whoever reads what is gone is told so only if it may list; of that question there is no prefix. So a listing without one passes as well: that is names, all under it but the probe's.
            Conditions = new Dictionary<string, object> { ["StringLikeIfExists"] = new Dictionary<string, object> { ["s3:prefix"] = $"{Databases}/*" } },
        }),
        .. KeyUse("Decrypt"),
    ];

    /// <summary>One use of the key; nothing where S3 has its own.</summary>
    public IEnumerable<PolicyStatement> KeyUse(string action) =>
        Key is null ? [] : [new(new PolicyStatementProps { Sid = $"UseKeyTo{action}", Actions = [$"kms:{action}"], Resources = [Key.KeyArn] })];

    private IKey? KeyOf(string? kmsKey) => kmsKey switch
    {
        null => null,
        "create" => FleetKey.Create(this, "Replicas of tenants' databases"),
        var arn => Amazon.CDK.AWS.KMS.Key.FromKeyArn(this, "Key", arn),
    };

    /// <summary>CreateMultipartUpload and UploadPart make no object, and cannot say whether one is there: CompleteMultipartUpload does.</summary>
    private PolicyStatement CreateOnly() => new(new PolicyStatementProps
    {
        Sid = "CreateOnly",
        Effect = Effect.DENY,
        Principals = [new AnyPrincipal()],
        Actions = ["s3:PutObject"],
        Resources = [Bucket.ArnForObjects($"{Databases}/*")],
        Conditions = new Dictionary<string, object>
        {
            ["Null"] = new Dictionary<string, object> { ["s3:if-none-match"] = "true" },
            ["Bool"] = new Dictionary<string, object> { ["s3:ObjectCreationOperation"] = "true" },
        },
    });

    private static PolicyStatement OnlyThrough(string endpoint, string stage, string what, string resource, params string[] actions) => new(new PolicyStatementProps
    {
        Sid = $"{what}OnlyThroughEndpoint",
        Effect = Effect.DENY,
        Principals = [new AnyPrincipal()],
        Actions = actions,
        Resources = [resource],
        Conditions = new Dictionary<string, object>
        {
            ["StringNotEquals"] = new Dictionary<string, object> { ["aws:SourceVpce"] = endpoint, [$"aws:PrincipalTag/{FunctionTag}"] = stage },
        },
    });
}
