"""The columns of a roster and of a table of departments: headers in Chinese or English, known by many names."""

from cairn.documents.tables import Fields

PEOPLE = Fields(
    {
        "id": ("工号", "员工编号", "员工号", "人员编号", "id", "employee id", "person"),
        "name": ("姓名", "员工姓名", "名字", "name", "full name"),
        "email": ("邮箱", "电子邮箱", "电子邮件", "email", "e-mail", "mail"),
        "department": ("部门", "所属部门", "所在部门", "department", "dept"),
        "title": ("职位", "岗位", "职务", "岗位名称", "title", "job title", "position"),
        "family": ("岗位序列", "序列", "职位序列", "family", "job family"),
        "manager": (
            *("直接上级", "上级", "直属上级", "直接上级工号", "上级工号"),
            *("manager", "manager id", "reports to"),
        ),
        "hired": ("入职日期", "入职时间", "hired", "hire date", "joined"),
        "left": ("离职日期", "离职时间", "left", "leave date", "left on"),
        "roles": ("角色", "系统角色", "roles", "role"),
    },
    required=("id", "name", "department", "family", "manager", "hired"),
)
"""The fields of a person with the headers that mean them; the first is the one to write."""

DEPARTMENTS = Fields(
    {
        "id": ("部门编号", "部门代码", "编号", "id", "department id"),
        "name": ("部门名称", "部门", "名称", "name", "department"),
        "head": ("负责人", "部门负责人", "负责人工号", "head"),
        "parent": ("上级部门", "上级部门编号", "parent"),
    },
    required=("name",),
)
"""The fields of a department."""
