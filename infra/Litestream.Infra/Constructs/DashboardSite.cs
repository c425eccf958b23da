using Amazon.CDK;
using Amazon.CDK.AWS.CertificateManager;
using Amazon.CDK.AWS.CloudFront;
using Amazon.CDK.AWS.CloudFront.Origins;
using Amazon.CDK.AWS.IAM;
using Amazon.CDK.AWS.Logs;
using Amazon.CDK.AWS.S3;
using Amazon.CDK.AWS.S3.Assets;
using Amazon.CDK.AWS.S3.Deployment;
using Constructs;
using Distribution = Amazon.CDK.AWS.CloudFront.Distribution;

namespace Litestream.Infra.Constructs;

/// <summary>
/// The dashboard behind CloudFront, from a private bucket; <c>/api/*</c> of the same name is the HTTP API, so that the browser talks to one origin. Who may
/// do what the API decides: the site itself is public and holds nothing.
/// </summary>
internal sealed class DashboardSite : Construct
{
    private readonly Settings _settings;
    private readonly Bucket _bucket;
    private readonly LogGroup _log;

    public DashboardSite(Construct scope, Settings settings, FleetApi api, string[] connects) : base(scope, "DashboardSite")
    {
        _settings = settings;
        _bucket = new(this, "Files", new BucketProps
        {
            BlockPublicAccess = BlockPublicAccess.BLOCK_ALL,
            ObjectOwnership = ObjectOwnership.BUCKET_OWNER_ENFORCED,
            Encryption = BucketEncryption.S3_MANAGED,
            EnforceSSL = true,
            MinimumTLSVersion = 1.2,
            RemovalPolicy = RemovalPolicy.RETAIN, // emptying it would need a function with the right to
        });
        _log = new(this, "Log", new LogGroupProps { Retention = settings.LogRetention, RemovalPolicy = RemovalPolicy.DESTROY });
        // Both names are of the account, whatever the region.
        var name = $"{Stack.Of(this).StackName}-{Aws.REGION}";
        var headers = Headers(name, connects);
        var files = S3BucketOrigin.WithOriginAccessControl(_bucket, new S3BucketOriginWithOACProps
        {
            OriginAccessControl = new S3OriginAccessControl(this, "FilesAccess", new S3OriginAccessControlProps { OriginAccessControlName = name }),
        });
        Distribution = new(this, "Distribution", new DistributionProps
        {
            Comment = $"Litestream fleet {settings.Stage}",
            DomainNames = settings.Domain is { } domain ? [domain] : null,
            Certificate = settings.CertificateArn is { } certificate ? Certificate.FromCertificateArn(this, "Certificate", certificate) : null,
            DefaultRootObject = "index.html",
            HttpVersion = HttpVersion.HTTP2_AND_3,
            MinimumProtocolVersion = SecurityPolicyProtocol.TLS_V1_2_2021,
            PriceClass = PriceClass.PRICE_CLASS_100,
            DefaultBehavior = new BehaviorOptions
            {
                Origin = files,
                ViewerProtocolPolicy = ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
                CachePolicy = CachePolicy.CACHING_OPTIMIZED, // as the objects' own Cache-Control says
                ResponseHeadersPolicy = headers,
                Compress = true,
            },
            AdditionalBehaviors = new Dictionary<string, IBehaviorOptions>
            {
                ["/api/*"] = new BehaviorOptions
                {
                    Origin = new HttpOrigin(api.Domain, new HttpOriginProps { ProtocolPolicy = OriginProtocolPolicy.HTTPS_ONLY, OriginSslProtocols = [OriginSslPolicy.TLS_V1_2] }),
                    AllowedMethods = AllowedMethods.ALLOW_ALL,
                    ViewerProtocolPolicy = ViewerProtocolPolicy.HTTPS_ONLY,
                    CachePolicy = CachePolicy.CACHING_DISABLED,
                    OriginRequestPolicy = OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
                    ResponseHeadersPolicy = headers,
                },
            },
        });
    }

    public Distribution Distribution { get; }

    public string Url => $"https://{_settings.Domain ?? Distribution.DistributionDomainName}";

    /// <summary>The files, and what they must know of this fleet.</summary>
    public void Publish(TokenIssuer issuer)
    {
        var files = new Asset(this, "Built", new AssetProps { Path = _settings.Dashboard });
        var publisher = PublisherOf(files);
        var assets = Put("Assets", "public, max-age=31536000, immutable", files, publisher, without: ["*"], with: ["assets/*"], null);
        var pages = Put("Pages", "no-cache", files, publisher, without: ["assets/*"], with: [], Source.JsonData("config.json", new Dictionary<string, object?>
        {
            ["issuer"] = issuer.Issuer,
            ["clientId"] = issuer.ClientId,
            ["scopePrefix"] = issuer.ScopePrefix,
            ["authorizationEndpoint"] = issuer.AuthorizationEndpoint,
            ["tokenEndpoint"] = issuer.TokenEndpoint,
        }.Where(value => value.Value is not null).ToDictionary()));
        pages.Node.AddDependency(assets); // a page asks for them at once
    }

    private BucketDeployment Put(string id, string cacheControl, Asset files, Role publisher, string[] without, string[] with, ISource? more)
    {
        var built = Source.Bucket(files.Bucket, files.S3ObjectKey);
        var deployment = new BucketDeployment(this, id, new BucketDeploymentProps
        {
            DestinationBucket = _bucket,
            Sources = more is null ? [built] : [built, more],
            Exclude = without,
            Include = with,
            CacheControl = [CacheControl.FromString(cacheControl)],
            Prune = false, // a page that somebody has open may yet ask for an older asset
            Distribution = more is null ? null : Distribution,
            DistributionPaths = more is null ? null : ["/", "/index.html", "/config.json"],
            Role = publisher.WithoutPolicyUpdates(),
            LogGroup = _log,
        });
        deployment.Node.AddDependency(publisher);
        return deployment;
    }

    /// <summary>What copies the files has exactly the rights to: the CDK would give it whole families of actions.</summary>
    private Role PublisherOf(Asset files)
    {
        var role = new Role(this, "Publisher", new RoleProps { AssumedBy = new ServicePrincipal("lambda.amazonaws.com"), Description = "Copies the dashboard to its bucket" });
        Allow("WriteItsLog", [_log.LogGroupArn], "logs:CreateLogStream", "logs:PutLogEvents");
        Allow("ReadBuilt", [files.Bucket.ArnForObjects("*")], "s3:GetObject");
        Allow("FindFiles", [files.Bucket.BucketArn, _bucket.BucketArn], "s3:ListBucket");
        Allow("WriteFiles", [_bucket.ArnForObjects("*")], "s3:GetObject", "s3:PutObject");
        Allow("ForgetOldPages", [Stack.Of(this).FormatArn(new ArnComponents { Service = "cloudfront", Region = "", Resource = "distribution", ResourceName = Distribution.DistributionId })],
            "cloudfront:CreateInvalidation", "cloudfront:GetInvalidation");
        return role;

        void Allow(string sid, string[] resources, params string[] actions) => role.AddToPolicy(new PolicyStatement(new PolicyStatementProps { Sid = sid, Actions = actions, Resources = resources }));
    }

    private ResponseHeadersPolicy Headers(string name, string[] connects) => new(this, "Headers", new ResponseHeadersPolicyProps
    {
        ResponseHeadersPolicyName = name,
        SecurityHeadersBehavior = new ResponseSecurityHeadersBehavior
        {
            ContentSecurityPolicy = new ResponseHeadersContentSecurityPolicy
            {
                ContentSecurityPolicy = $"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self' {string.Join(' ', connects)}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
                Override = true,
            },
            ContentTypeOptions = new ResponseHeadersContentTypeOptions { Override = true },
            FrameOptions = new ResponseHeadersFrameOptions { FrameOption = HeadersFrameOption.DENY, Override = true },
            ReferrerPolicy = new ResponseHeadersReferrerPolicy { ReferrerPolicy = HeadersReferrerPolicy.NO_REFERRER, Override = true },
            StrictTransportSecurity = new ResponseHeadersStrictTransportSecurity { AccessControlMaxAge = Duration.Days(365), IncludeSubdomains = true, Override = true },
        },
    });
}
