namespace HospitalStreaming.Hosting;

/// <summary>One word a role, the same in folders, compose services, meters, consumer groups and health.</summary>
public static class RoleNames
{
    public const string Broker = "broker";
    public const string Producer = "producer";
    public const string Landing = "landing";
    public const string Capture = "capture";
    public const string LakeSink = "lakesink";
    public const string WarehouseSink = "warehousesink";
    public const string Transform = "transform";
    public const string Dashboard = "dashboard";
}
