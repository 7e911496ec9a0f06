using HospitalStreaming.Capture;
using HospitalStreaming.Dashboard;
using HospitalStreaming.Hosting;
using HospitalStreaming.LakeSink;
using HospitalStreaming.Landing;
using HospitalStreaming.Producer;
using HospitalStreaming.Transform;
using HospitalStreaming.WarehouseSink;

namespace HospitalStreaming.Hospital.Composition;

/// <summary>The line's roles in the order data flows, and how each joins a process.</summary>
internal static class Roles
{
    private static readonly (string Name, Func<IServiceCollection, IConfiguration, IServiceCollection> Add)[] InFlow =
    [
        (RoleNames.Producer, static (services, configuration) => services.AddProducerRole(configuration)),
        (RoleNames.Landing, static (services, configuration) => services.AddLandingRole(configuration)),
        (RoleNames.Capture, static (services, configuration) => services.AddCaptureRole(configuration)),
        (RoleNames.LakeSink, static (services, configuration) => services.AddLakeSinkRole(configuration)),
        (RoleNames.WarehouseSink, static (services, configuration) => services.AddWarehouseSinkRole(configuration)),
        (RoleNames.Transform, static (services, configuration) => services.AddTransformRole(configuration)),
        (RoleNames.Dashboard, static (services, configuration) => services.AddDashboardRole(configuration)),
    ];

    /// <summary>Names of all roles, producer first.</summary>
    public static IReadOnlyList<string> All { get; } = [.. InFlow.Select(role => role.Name)];

    /// <summary>
    /// Adds roles so that they stop in the order data flows: the host stops its services in reverse, so the last stop of the line is added first.
    /// </summary>
    public static void Add(IServiceCollection services, IConfiguration configuration, IReadOnlyCollection<string> names)
    {
        foreach (var role in InFlow.Reverse().Where(role => names.Contains(role.Name, StringComparer.Ordinal)))
        {
            role.Add(services, configuration);
        }
    }
}
