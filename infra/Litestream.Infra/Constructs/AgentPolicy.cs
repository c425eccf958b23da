using Amazon.CDK.AWS.IAM;
using Constructs;
using Litestream.Fleet.Table;

namespace Litestream.Infra.Constructs;

/// <summary>What an agent may do: a managed policy for the role or user of its host. It can write new files and remove them; it can destroy no version of one.</summary>
internal sealed class AgentPolicy : Construct
{
    public AgentPolicy(Construct scope, Settings settings, ReplicaBucket replicas, FleetTable table) : base(scope, "AgentPolicy")
    {
        var bucket = replicas.Bucket;
        Policy = new(this, "Policy", new ManagedPolicyProps
        {
            Description = $"Agents of the Litestream fleet {settings.Stage}",
            Statements =
            [
                .. replicas.Reading(),
                new(new PolicyStatementProps
                {
                    Sid = "WriteReplicas",
                    Actions = ["s3:PutObject", "s3:AbortMultipartUpload"],
                    Resources = [bucket.ArnForObjects($"{ReplicaBucket.Databases}/*")],
                }),
                new(new PolicyStatementProps { Sid = "FindUnfinishedUploads", Actions = ["s3:ListBucketMultipartUploads"], Resources = [bucket.BucketArn] }),
                new(new PolicyStatementProps { Sid = "RemoveOldFiles", Actions = ["s3:DeleteObject"], Resources = [bucket.ArnForObjects($"{ReplicaBucket.Databases}/*.ltx")] }),
                new(new PolicyStatementProps { Sid = "TryTheStore", Actions = ["s3:GetObject", "s3:PutObject"], Resources = [bucket.ArnForObjects(ReplicaBucket.Probe)] }),
                .. replicas.KeyUse("GenerateDataKey"),
                new(new PolicyStatementProps
                {
                    Sid = "ReportItself",
                    Actions = ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem"],
                    Resources = [table.Table.TableArn],
                    Conditions = Leading("FLEET#*", $"{FleetKeys.TenantPrefix}*", $"{FleetKeys.HostPrefix}*", $"{FleetKeys.ProofPrefix}*", $"{FleetKeys.JobPrefix}*"),
                }),
                new(new PolicyStatementProps
                {
                    Sid = "FindItsTenants",
                    Actions = ["dynamodb:Query"],
                    Resources = [$"{table.Table.TableArn}/index/{Litestream.Fleet.Table.FleetTable.ByHost.Name}"],
                    Conditions = Leading($"{FleetKeys.HostPrefix}*"),
                }),
            ],
        });
    }

    public ManagedPolicy Policy { get; }

    private static Dictionary<string, object> Leading(params string[] keys) =>
        new() { ["ForAllValues:StringLike"] = new Dictionary<string, object> { ["dynamodb:LeadingKeys"] = keys } };
}
