using Amazon.CDK;
using Litestream.Infra.Constructs;

namespace Litestream.Infra.Stacks;

/// <summary>What must never be lost: replicas, the fleet's table, the people who may sign in; deleting the stack deletes none of them. And what hosts depend on: the policy of their roles.</summary>
internal sealed class DataStack : Stack
{
    public DataStack(App app, Settings settings) : base(app, $"Litestream-{settings.Stage}-Data", new StackProps
    {
        Description = $"Litestream fleet {settings.Stage}: replicas, catalogue and users. Kept when the stack is deleted.",
        TerminationProtection = true,
    })
    {
        Replicas = new(this, settings);
        Table = new(this);
        Identity = settings.Issuer is null ? new(this, settings) : null;
        var agents = new AgentPolicy(this, settings, Replicas, Table);
        _ = new CfnOutput(this, "AgentPolicyArn", new CfnOutputProps { Value = agents.Policy.ManagedPolicyArn, Description = "for the role of each host" });
        if (Replicas.Key is { } key)
            _ = new CfnOutput(this, "KeyArn", new CfnOutputProps { Value = key.KeyArn, Description = "sseKmsKeyId of every agent's -replica" });
        _ = new CfnOutput(this, "BucketName", new CfnOutputProps { Value = Replicas.Bucket.BucketName, Description = "-bucket of every agent" });
        _ = new CfnOutput(this, "TableName", new CfnOutputProps { Value = Table.Table.TableName, Description = "-fleet-table of every agent" });
    }

    public ReplicaBucket Replicas { get; }

    public FleetTable Table { get; }

    /// <summary>Null with an identity provider of the user's own.</summary>
    public Identity? Identity { get; }
}
